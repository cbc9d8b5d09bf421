"""Which runs an experiment wants: scenarios, how many replications, and those that report what was chosen.

A scenario that is chosen because it looked best looks better than it is (the winner's curse): part of what singled it
out was chance. So what is chosen is run again, on as many replications that did not choose it, and is reported from
those. They have the same numbers, and so the same patients, in all scenarios that are held side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from flowsim.experiment.analysis.compare import widest_half_width
from flowsim.experiment.precision import Precision, next_round
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.experiment.scenario_plans import ScenarioPlan


@dataclass(frozen=True)
class WantedRuns:
    """The runs that are wanted, given what is known so far.

    Attributes
    ----------
    scenarios : list of Scenario
        The baseline first.
    replications : int
        Of each scenario, numbers 0 to `replications` - 1.
    chosen : frozenset of str
        The scenarios that were chosen by these results. They are reported from replications of their own, numbers
        `replications` to 2 `replications` - 1.
    also_apart : frozenset of str
        The scenarios that have those replications too, because the chosen ones are compared with them.
    """

    scenarios: list[Scenario]
    replications: int
    chosen: frozenset[str] = frozenset()
    also_apart: frozenset[str] = frozenset()

    def replications_of(self, scenario: str) -> int:
        """Return how many replications of a scenario are wanted: from number 0 on."""
        return self.replications * (2 if scenario in self.chosen | self.also_apart else 1)

    def reported(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the replications that tell how scenarios do: of a chosen one, those that did not choose it."""
        return values[~(values["scenario"].isin(self.chosen) & (values["replication"] < self.replications))]

    def held_out(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the replications that chose nothing, of the chosen scenarios and of what they are compared with."""
        apart = values["scenario"].isin(self.chosen | self.also_apart)
        return values[apart & (values["replication"] >= self.replications)]


def wanted_runs(plan: ScenarioPlan, replications: int | Precision, baseline: str, values: pd.DataFrame) -> WantedRuns:
    """Return the runs that are wanted.

    With a precision, replications grow in rounds. Whether a round is enough is decided by its own replications alone,
    even if `values` has more: so the rounds are the same whether or not an earlier run was interrupted. A scenario that
    was wanted in one round is wanted in all later ones. Replications that report what was chosen come when all others
    are known, and decide nothing.

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
    """
    n = replications.at_least if isinstance(replications, Precision) else replications
    wanted: dict[str, Scenario] = {}
    while True:
        known = _before(values, n)
        wanted |= {scenario.name: scenario for scenario in plan.wanted(known, n)}
        if not is_known(known, wanted, n):
            return WantedRuns(list(wanted.values()), n)
        if not isinstance(replications, Precision) or n >= replications.at_most:
            break
        width = widest_half_width(known[known["scenario"].isin(list(wanted))], baseline, replications.measure)
        if width <= replications.half_width:
            break
        n = next_round(replications, n, width)
    chosen = frozenset(plan.chosen(known, n))
    return WantedRuns(list(wanted.values()), n, chosen, frozenset({BASELINE, baseline}) - chosen if chosen else chosen)


def is_known(values: pd.DataFrame, scenarios: Iterable[str], replications: int) -> bool:
    """Return whether `values` has this many replications of each of these scenarios, whatever their values."""
    if values.empty:
        return False
    done = values[["scenario", "replication"]].drop_duplicates().groupby("scenario").size()
    return all(done.get(name, 0) >= replications for name in scenarios)


def _before(values: pd.DataFrame, replications: int) -> pd.DataFrame:
    return values if values.empty else values[values["replication"] < replications]
