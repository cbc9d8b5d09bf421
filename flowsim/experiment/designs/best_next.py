"""In which order? Step by step, the factor is added that helps most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from flowsim.experiment.precision import is_known
from flowsim.experiment.scenario import Scenario


@dataclass(frozen=True)
class Stepwise:
    """The design `best_next`: which scenarios it has depends on what the earlier ones gave.

    Attributes
    ----------
    first : tuple of Scenario
        The baseline, and those that are named by hand.
    factors : tuple of str
        Their names, in the order in which they apply.
    build : callable
        From some of the factors to their scenario, which does not depend on their order.
    measure : str
        What is to be helped.
    higher : bool
        Whether more of it is better.
    steps : int
        How many factors to add.
    """

    first: tuple[Scenario, ...]
    factors: tuple[str, ...]
    build: Callable[[tuple[str, ...]], Scenario]
    measure: str
    higher: bool
    steps: int

    @property
    def most(self) -> int:
        """How many scenarios there are when all steps are made."""
        return len(self.first) + sum(len(self.factors) - step for step in range(self.steps))

    def wanted(self, values: pd.DataFrame, replications: int) -> list[Scenario]:
        """Return the scenarios of all steps that can be decided, and those that the next one needs."""
        return [*self.first, *(scenario for step in self._steps(values, replications)[1] for scenario in step)]

    def path(self, values: pd.DataFrame, replications: int) -> tuple[str, ...]:
        """Return the factors in the order in which they are added, as far as that can be decided.

        A step adds the factor with the best mean, over the replications in which the measure is defined for all that
        could be added; of equals, the one that is named first. It does so even if nothing helps any more. A factor for
        which the measure is never defined is passed over.

        Parameters
        ----------
        values : pandas.DataFrame
            The replications so far: ``scenario``, ``replication``, ``measure``, ``value``. A replication that failed is
            known too if it has a row, with NaN.
        replications : int
            How many of each scenario decide.
        """
        return self._steps(values, replications)[0]

    def _steps(self, values: pd.DataFrame, replications: int) -> tuple[tuple[str, ...], list[list[Scenario]]]:
        taken: tuple[str, ...] = ()
        steps: list[list[Scenario]] = []
        while len(taken) < self.steps:
            candidates = {f: self.build((*taken, f)) for f in self.factors if f not in taken}
            steps.append(list(candidates.values()))
            names = [scenario.name for scenario in steps[-1]]
            if not is_known(values, names, replications):
                break
            means = self._means(values, names)
            if means.empty:
                break
            best = means.idxmax() if self.higher else means.idxmin()
            taken += (list(candidates)[names.index(best)],)
        return taken, steps

    def _means(self, values: pd.DataFrame, names: list[str]) -> pd.Series:
        """Return the mean of each scenario over the replications that all of them have."""
        rows = values[(values["measure"] == self.measure) & values["scenario"].isin(names)]
        table = rows.pivot(index="replication", columns="scenario", values="value").reindex(columns=names)
        return table.dropna(axis="columns", how="all").dropna().mean().dropna()
