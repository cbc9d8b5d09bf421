"""Counting the measures of the catalogue: all of them, or those that are named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import SupportsFloat

from flowsim.measures import catalogue
from flowsim.measures.delay_limits import delay_limits
from flowsim.measures.measure import LimitMeasure, PoolMeasure, ReasonMeasure
from flowsim.measures.run_facts import RunFacts


def count(facts: RunFacts, names: Collection[str] | None = None) -> dict[str, float]:
    """Count measures of a run.

    Parameters
    ----------
    facts : RunFacts
        The run, and the days that count.
    names : collection of str, optional
        The measures that are wanted; all of the catalogue if not given. What nobody asks for is not counted, and costs
        nothing.

    Returns
    -------
    dict of str to float
        In the order of the catalogue; what is undefined in the run is NaN.

    Raises
    ------
    KeyError
        If the run has no measure of a name.
    """
    wanted = None if names is None else set(names)
    found = {}
    for row in catalogue.rows():
        for name, its_count in _each(row, facts):
            if wanted is None or name in wanted:
                found[name] = float(its_count())
    if wanted is not None and len(found) < len(wanted):
        raise KeyError(min(wanted - found.keys()))
    return found


def _each(row: catalogue.AnyMeasure, facts: RunFacts) -> Iterator[tuple[str, Callable[[], SupportsFloat]]]:
    """Yield the name of each measure of a row, and what counts it."""
    if isinstance(row, PoolMeasure):
        for index, pool in enumerate(facts.network.pools):
            if pool.kind in row.kinds:
                yield row.of(pool.name), partial(row.count, facts, index)
    elif isinstance(row, ReasonMeasure):
        for reason in facts.config.delay_reasons:
            yield row.of(reason), partial(row.count, facts, reason)
    elif isinstance(row, LimitMeasure):
        for limit in delay_limits(facts.config, row):
            yield row.of(limit), partial(row.count, facts, limit)
    else:
        yield row.name, partial(row.count, facts)
