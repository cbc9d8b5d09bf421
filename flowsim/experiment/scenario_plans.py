"""Which scenarios an experiment runs: all known beforehand, or chosen as results come in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from flowsim.experiment.scenario import Scenario


class ScenarioPlan(Protocol):
    """Which scenarios an experiment runs; it goes to other processes, so it can be pickled."""

    @property
    def most(self) -> int:
        """How many scenarios there can be."""

    @property
    def most_apart(self) -> int:
        """How many scenarios can have replications apart: those that are `chosen`, and the baseline with them."""

    def wanted(self, values: pd.DataFrame, replications: int) -> list[Scenario]:
        """Return the scenarios that are wanted, given what is known.

        It is asked again whenever more is known, and ends when it names nothing that has not been run. It depends on
        its arguments alone, names the baseline first, and goes on naming what it named before.

        Parameters
        ----------
        values : pandas.DataFrame
            The replications so far: ``scenario``, ``replication``, ``measure``, ``value``. A replication that failed is
            known too if it has a row, with NaN.
        replications : int
            How many of each scenario decide.
        """

    def chosen(self, values: pd.DataFrame, replications: int) -> Collection[str]:
        """Return the names of scenarios that were chosen by these results, so that they look better than they are.

        It is asked when all that `wanted` names is known. They are run again, and reported from replications that did
        not choose them.

        Parameters
        ----------
        values, replications
            As in `wanted`.
        """


@dataclass(frozen=True)
class FixedPlan:
    """Scenarios that are all known beforehand."""

    scenarios: tuple[Scenario, ...]

    @property
    def most(self) -> int:
        """How many there are."""
        return len(self.scenarios)

    @property
    def most_apart(self) -> int:
        """How many have replications apart: none, because none is chosen."""
        return 0

    def wanted(self, values: pd.DataFrame, replications: int) -> list[Scenario]:
        """Return all of them, whatever is known."""
        return list(self.scenarios)

    def chosen(self, values: pd.DataFrame, replications: int) -> Collection[str]:
        """Return none: all were known beforehand."""
        return ()
