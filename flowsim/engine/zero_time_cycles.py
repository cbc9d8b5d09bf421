"""Zero-time cycles: activities that somebody could repeat for ever without time passing. No engine can run them."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import numpy as np

from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Network, targets


def refuse_zero_time_cycles(network: Network, cohort: Cohort) -> None:
    """Refuse a cycle of activities, each of which can take no time for somebody in the cohort.

    Raises
    ------
    ValueError
        With the names of the activities that form the cycle.
    """
    if _cycle({a.name: {*targets(a.next), *_otherwise(a)} for a in network.activities}) is None:
        return  # no activity leads back to itself

    def can_be_zero(column: str | None) -> bool:
        return column is None or float(cohort.columns[column].min(initial=np.inf)) <= 0

    at_once = {}
    for a in network.activities:
        # A duration that is counted from admission can be over when it begins.
        at_once[a.name] = set(targets(a.next)) if a.clock == "since_admission" or can_be_zero(a.duration) else set()
        if a.patience is not None and can_be_zero(a.patience):
            at_once[a.name] |= _otherwise(a)
    cycle = _cycle(at_once)
    if cycle is not None:
        raise ValueError(f"these activities can follow each other for ever without time passing: {' -> '.join(cycle)}")


def _otherwise(activity: Activity) -> set[str]:
    return set() if activity.otherwise is None else {activity.otherwise}


def _cycle(following: dict[str, set[str]]) -> list[str] | None:
    """Return the nodes of a cycle, the first one again at the end, or None if there is none."""
    try:
        TopologicalSorter(following).prepare()
    except CycleError as error:
        nodes: list[str] = error.args[1]
        return nodes[::-1]  # the sorter goes from what follows to what it follows
    return None
