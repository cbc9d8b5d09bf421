"""Which runs an experiment wants: scenarios, how many replications, and those that report what was chosen.

A scenario that is chosen because it looked best looks better than it is (the winner's curse): part of what singled it
out was chance. So what is chosen is run again, on as many replications that did not choose it, and is reported from
those. They have the same numbers, and so the same patients, in all scenarios that are held side by side.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
        Numbers 0 to `replications` - 1 decide which scenarios are chosen; of each scenario all of them, but for those
        that `searched` names.
    chosen : frozenset of str
        The scenarios that were chosen by these results. They are reported from replications of their own.
    also_apart : frozenset of str
        The scenarios that have those replications too, because the chosen ones are compared with them.
    searched : mapping of str to int
        Of how many replications a scenario has its decision, where a search gave each as many as it needed.
    once : mapping of str to int
        Of a scenario of a sampled city: the one replication in which it is run.
    apart : int or None
        How many replications report what was chosen: from number `replications` on. As many as decide if it is None.
    """

    scenarios: list[Scenario]
    replications: int
    chosen: frozenset[str] = frozenset()
    also_apart: frozenset[str] = frozenset()
    searched: Mapping[str, int] = field(default_factory=dict)
    apart: int | None = None
    once: Mapping[str, int] = field(default_factory=dict)

    def numbers_of(self, scenario: str) -> list[int]:
        """Return the numbers of the replications that are wanted of a scenario, ascending."""
        if scenario in self.once:
            return [self.once[scenario]]
        numbers = list(range(self.searched.get(scenario, self.replications)))
        if scenario in self.chosen | self.also_apart:
            apart = self.replications if self.apart is None else self.apart
            numbers += range(self.replications, self.replications + apart)
        return numbers

    def reported(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the replications that tell how scenarios do: of a chosen one, those that did not choose it."""
        return values[~(values["scenario"].isin(self.chosen) & (values["replication"] < self.replications))]

    def held_out(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the replications that chose nothing, of the chosen scenarios and of what they are compared with."""
        apart = values["scenario"].isin(self.chosen | self.also_apart)
        return values[apart & (values["replication"] >= self.replications)]


class SearchPlan(ABC):
    """Scenarios that a search tries one after the other, each in as many replications as it needs.

    It goes to other processes, so it can be pickled.
    """

    @property
    @abstractmethod
    def most(self) -> int:
        """How many scenarios there can be, with the baseline."""

    @property
    @abstractmethod
    def most_runs(self) -> int:
        """How many runs there can be in all."""

    @abstractmethod
    def wanted_runs(self, values: pd.DataFrame) -> WantedRuns:
        """Return the runs that are wanted, given what is known.

        It is asked again whenever more is known, and ends when it names nothing that has not been run. It depends on
        what is known alone, names the baseline first, and goes on naming what it named before. It looks at a scenario
        only at the numbers of replications at which it decides, even if `values` has more: so a search that was
        interrupted goes on as if it had not been.

        Parameters
        ----------
        values : pandas.DataFrame
            The replications so far: ``scenario``, ``replication``, ``measure``, ``value``. A replication that failed is
            known too if it has a row, with NaN.
        """


def wanted_runs(
    plan: ScenarioPlan | SearchPlan, replications: int | Precision, baseline: str, values: pd.DataFrame
) -> WantedRuns:
    """Return the runs that are wanted.

    With a precision, replications grow in rounds. Whether a round is enough is decided by its own replications alone,
    even if `values` has more: so the rounds are the same whether or not an earlier run was interrupted. A scenario that
    was wanted in one round is wanted in all later ones. Replications that report what was chosen come when all others
    are known, and decide nothing.

    Parameters
    ----------
    plan : ScenarioPlan or SearchPlan
        Which scenarios there are. A search decides how many replications each has.
    replications : int or Precision
        How many, or how precise the answer is to be.
    baseline : str
        The scenario with which the others are compared.
    values : pandas.DataFrame
        The replications so far: ``scenario``, ``replication``, ``measure``, ``value``.
    """
    if isinstance(plan, SearchPlan):
        return plan.wanted_runs(values)
    n = replications.at_least if isinstance(replications, Precision) else replications
    wanted: dict[str, Scenario] = {}
    while True:
        known = _before(values, n)
        wanted |= {scenario.name: scenario for scenario in plan.wanted(known, n)}
        once = {s.name: s.replication for s in wanted.values() if s.replication is not None}
        compared = [name for name in wanted if name not in once]
        if not is_known(known, compared, n):
            return WantedRuns(list(wanted.values()), n, once=once)
        if not isinstance(replications, Precision) or n >= replications.at_most:
            break
        width = widest_half_width(known[known["scenario"].isin(compared)], baseline, replications.measure)
        if width <= replications.half_width:
            break
        n = next_round(replications, n, width)
    chosen = frozenset(plan.chosen(known, n))
    also_apart = frozenset({BASELINE, baseline}) - chosen if chosen else chosen
    return WantedRuns(list(wanted.values()), n, chosen, also_apart, once=once)


def is_known(values: pd.DataFrame, scenarios: Iterable[str], replications: int) -> bool:
    """Return whether `values` has this many replications of each of these scenarios, whatever their values."""
    if values.empty:
        return False
    done = values[["scenario", "replication"]].drop_duplicates().groupby("scenario").size()
    return all(done.get(name, 0) >= replications for name in scenarios)


def _before(values: pd.DataFrame, replications: int) -> pd.DataFrame:
    return values if values.empty else values[values["replication"] < replications]
