"""The measures of periods within a run: of months, quarters or years of it, without simulating again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from flowsim.config.periods import Period
from flowsim.engine.log import JourneyLog
from flowsim.measures import catalogue
from flowsim.measures.delay_limits import delay_limits
from flowsim.measures.measure import LimitMeasure, PoolMeasure
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import Window
from flowsim.model.cohort import Cohort
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.network import Network


@dataclass(frozen=True)
class _PeriodFacts(RunFacts):
    """The facts of a run of which only the days of a period count."""

    period: Period

    @cached_property
    def window(self) -> Window:
        """The days of the period."""
        start = self.city.config.run.start_date
        return Window(start, (self.period.first - start).days, self.period.days)


def measures_by_period(
    city: EffectiveCity,
    network: Network,
    cohort: Cohort,
    log: JourneyLog,
    periods: Sequence[Period],
    names: Collection[str] | None = None,
) -> dict[str, dict[str, float]]:
    """Return the measures of each period, by its label.

    Parameters
    ----------
    city, network, cohort, log
        What was simulated, and what happened.
    periods : sequence of Period
        Each within the days that count.
    names : collection of str, optional
        Which measures; all of the catalogue if left out.
    """
    return {its.label: _of_period(_PeriodFacts(city, network, cohort, log, its), names) for its in periods}


def _of_period(facts: _PeriodFacts, names: Collection[str] | None) -> dict[str, float]:
    values: dict[str, float] = {}
    for row in catalogue.rows():
        if isinstance(row, PoolMeasure):
            pools = [(i, pool) for i, pool in enumerate(facts.network.pools) if pool.kind in row.kinds]
            named = {row.of(pool.name): i for i, pool in pools}
            values |= {n: float(row.count(facts, i)) for n, i in named.items() if names is None or n in names}
        elif isinstance(row, LimitMeasure):
            limits = {row.of(limit): limit for limit in delay_limits(facts.config, row)}
            values |= {n: float(row.count(facts, it)) for n, it in limits.items() if names is None or n in names}
        elif names is None or row.name in names:
            values[row.name] = float(row.count(facts))
    return values
