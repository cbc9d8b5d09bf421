"""How many replications an experiment needs: a number, or as many as make its answer precise enough."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated

import pandas as pd
from pydantic import Field

from flowsim.config.types import Positive, Section, Unit
from flowsim.experiment.analysis.compare import widest_half_width
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_plans import ScenarioPlan

_FASTEST, _SLOWEST = 2.0, 1.25  # growth from one round to the next

Replications = Annotated[int, Field(ge=1, le=100_000), Unit("replications")]


class Precision(Section):
    """Replications until every difference from the baseline is known precisely enough.

    With one scenario it is the mean of that one.
    """

    measure: str
    """The measure that is to be known."""
    half_width: Positive
    """Half-width of the 95% intervals that is enough, in the unit of the measure."""
    at_least: Annotated[Replications, Field(ge=2)] = 5
    """Replications to begin with."""
    at_most: Replications
    """Replications after which it stops in any case."""


def wanted_runs(
    plan: ScenarioPlan, replications: int | Precision, baseline: str, values: pd.DataFrame
) -> tuple[list[Scenario], int]:
    """Return the scenarios that are wanted, and how many replications of each.

    With a precision, replications grow in rounds. Whether a round is enough is decided by its own replications alone,
    even if `values` has more: so the rounds are the same whether or not an earlier run was interrupted. A scenario that
    was wanted in one round is wanted in all later ones.

    Parameters
    ----------
    plan : ScenarioPlan
        Which scenarios there are.
    replications : int or Precision
        How many, or how precise the answer is to be.
    baseline : str
        The scenario with which the others are compared.
    values : pandas.DataFrame
        The replications so far: ``scenario``, ``replication``, ``measure``, ``value``.

    Returns
    -------
    scenarios : list of Scenario
        The baseline first.
    replications : int
        The same for all.
    """
    if not isinstance(replications, Precision):
        return plan.wanted(_before(values, replications), replications), replications
    n = replications.at_least
    wanted: dict[str, Scenario] = {}
    while True:
        known = _before(values, n)
        wanted |= {scenario.name: scenario for scenario in plan.wanted(known, n)}
        if not is_known(known, wanted, n):
            break
        width = widest_half_width(known[known["scenario"].isin(list(wanted))], baseline, replications.measure)
        if width <= replications.half_width or n >= replications.at_most:
            break
        n = _next_round(replications, n, width)
    return list(wanted.values()), n


def is_known(values: pd.DataFrame, scenarios: Iterable[str], replications: int) -> bool:
    """Return whether `values` has this many replications of each of these scenarios, whatever their values."""
    if values.empty:
        return False
    done = values[["scenario", "replication"]].drop_duplicates().groupby("scenario").size()
    return all(done.get(name, 0) >= replications for name in scenarios)


def _next_round(precision: Precision, n: int, width: float) -> int:
    """Return how many replications to try next: as many as this width leads one to expect, within limits."""
    expected = n * (width / precision.half_width) ** 2  # a half-width falls with the root of their number
    return min(math.ceil(min(max(expected, n * _SLOWEST), n * _FASTEST)), precision.at_most)


def _before(values: pd.DataFrame, replications: int) -> pd.DataFrame:
    return values if values.empty else values[values["replication"] < replications]
