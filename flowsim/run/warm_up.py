"""Whether the days before counting begins are enough for the start of a run to be forgotten.

The usual tests (Welch's graph, MSER-5; Robinson, *Simulation: The Practice of Model Development and Use*, chapter 9)
look for the day from which a series is steady. A city is never steady: it has seasons, and its history has dates. So
the same patients are simulated twice, once as written and once from an empty city half-way through the warm-up. Where
the two runs have become one (they couple; Lindvall, *Lectures on the Coupling Method*, 1992), a start that late makes
no difference any more, and the earlier one makes less. It tells whether the delays that are counted hang on the start;
not whether the city is right, and not how much of a difference is chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.engine.standstill import Standstill
from flowsim.measures.run_facts import RunFacts
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.cohort import Cohort
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city
from flowsim.run.compilation import compile_once
from flowsim.run.simulate import DEFAULT_ENGINE, ENGINES

DAYS_COMPARED = 365
REPLICATIONS = 2
ENOUGH = 0.02  # of the people delayed
ADVISED_DAYS = 366


@dataclass(frozen=True)
class WarmUp:
    """How much the start of a run still matters when counting begins.

    Attributes
    ----------
    days : int
        The warm-up, in days.
    begun_empty : int
        On which day of it the second run begins, with nobody there.
    compared : int
        How many of the days that count are compared: a year at most.
    delayed, delayed_from_empty : float
        People delayed at an average midnight of these days, as written and begun empty.
    """

    days: int
    begun_empty: int
    compared: int
    delayed: float
    delayed_from_empty: float

    @property
    def difference(self) -> float:
        """What the later start adds to the people delayed, as a share of them."""
        return (self.delayed_from_empty - self.delayed) / self.delayed if self.delayed > 0 else 0.0

    @property
    def is_enough(self) -> bool:
        """Whether a start half-way through the warm-up would have done as well."""
        return self.days > 1 and abs(self.difference) <= ENOUGH

    @property
    def in_words(self) -> str:
        """What was found, in two sentences."""
        if self.days <= 1:
            return f"Counting begins at once: how the run begins is counted. {ADVISED_DAYS} days or more are advised."
        much = f"{abs(self.difference):.1%} {'fewer' if self.difference < 0 else 'more'} people delayed"
        then = "the first year" if self.compared == DAYS_COMPARED else f"the first {self.compared:,} days"
        found = (
            f"Counting begins after {self.days:,} days. Begun with nobody there {self.days - self.begun_empty:,} days "
            f"before it, the same patients give {much} in {then} that counts: "
        )
        if self.is_enough:
            return f"{found}how the run begins hardly matters any more."
        return f"{found}how the run begins still matters. {ADVISED_DAYS} days or more are advised."


def warm_up(config: CityConfig) -> WarmUp | None:
    """Return how much the start of a run still matters when counting begins, on average over its first replications.

    Parameters
    ----------
    config : CityConfig
        The city.

    Returns
    -------
    WarmUp or None
        None if the city comes to a standstill.
    """
    compile_once()
    run = config.run
    config = changed(config, {"run.horizon_days": min(run.horizon_days, DAYS_COMPARED)})
    city = effective_city(config)
    calendars = build_calendars(city)
    network = build_network(city, calendars)
    begun_empty = run.warm_up_days // 2

    def delayed(cohort: Cohort) -> float:
        log = ENGINES[DEFAULT_ENGINE](network, cohort, float(config.run.days))
        return float(RunFacts(city, network, cohort, log).delayed_by_day.mean())

    found = []
    for replication in range(min(run.replications, REPLICATIONS)):
        cohort = draw_cohort(city, calendars, run.seed, replication)
        try:
            found.append((delayed(cohort), delayed(_from(begun_empty, cohort))))
        except Standstill:
            return None
    as_written, from_empty = np.mean(found, axis=0)
    return WarmUp(run.warm_up_days, begun_empty, config.run.horizon_days, float(as_written), float(from_empty))


def _from(day: int, cohort: Cohort) -> Cohort:
    """Return a cohort without those who came before a day; who was there at the start came on day 0."""
    return replace(cohort, arrival=np.where(cohort.arrival >= max(day, 1), cohort.arrival, np.nan))
