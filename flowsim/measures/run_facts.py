"""The facts of one run that several measures need, each derived when it is first asked for, and once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.engine.log import JourneyLog
from flowsim.measures import cost, dtoc, hospital_flow, outcomes, ready_date, shapes
from flowsim.measures.avoided import admissions_avoided
from flowsim.measures.blocking import Blocking
from flowsim.measures.delay_parts import PARTS, DelayParts, WaitingFor
from flowsim.measures.flow import Holdings
from flowsim.measures.provided_cost import Payment, intervention_payments
from flowsim.measures.stays import Blocks, Floats, Stays, column
from flowsim.measures.waits import Waits
from flowsim.measures.window import Window
from flowsim.model.calendar import bank_holidays
from flowsim.model.cohort import Cohort
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.network import Network

_OF_ANY_DAYS = (
    *("config", "blocks", "stays", "delays", "waiting_for", "delay_parts", "holdings", "admissions"),
    *("aged_65_plus", "aged_75_plus", "council_supported_65_plus"),
)


@dataclass(frozen=True)
class RunFacts:
    """What is known of one run. Arrays that are "by pool" have a value for each of `Network.pools`, in that order.

    Attributes
    ----------
    city : EffectiveCity
        The city, with its interventions made effective.
    network, cohort, log
        What was simulated, and what happened.
    counted : Window or None
        The days that count, if they are not those of the city's run.
    """

    city: EffectiveCity
    network: Network
    cohort: Cohort
    log: JourneyLog
    counted: Window | None = None

    @cached_property
    def config(self) -> CityConfig:
        """The city as everybody meets it: the reasons for delay, the prices and so on."""
        return self.city.effective

    @cached_property
    def window(self) -> Window:
        """The days that count."""
        run = self.city.config.run
        return self.counted or Window(run.start_date, run.warm_up_days, run.horizon_days)

    def cut(self, window: Window) -> RunFacts:
        """Return the facts of the same run when other days count; what does not hang on them is derived once."""
        its = replace(self, counted=window)
        for name in _OF_ANY_DAYS:
            its.__dict__[name] = getattr(self, name)
        return its

    # -- people --------------------------------------------------------------------------------------------------------

    @cached_property
    def blocks(self) -> Blocks:
        """Who was in which place from when to when."""
        return Blocks.from_log(self.network, self.log)

    @cached_property
    def stays(self) -> Stays:
        """Each spell's stay in hospital."""
        return Stays.from_log(self.network, self.cohort, self.log)

    @cached_property
    def stays_of_admitted(self) -> Floats:
        """How long each person who was admitted in the window stayed in hospital; see `hospital_flow`."""
        return hospital_flow.stays_of_admitted(self.stays, self.window)

    @cached_property
    def aged_65_plus(self) -> NDArray[np.bool_]:
        """Whether each spell is that of a person aged 65 or over."""
        aged: NDArray[np.bool_] = column(self.cohort, "age_band", 0) >= 1
        return aged

    @cached_property
    def aged_75_plus(self) -> NDArray[np.bool_]:
        """Whether each spell is that of a person aged 75 or over."""
        aged: NDArray[np.bool_] = column(self.cohort, "age_band", 0) >= 2
        return aged

    @cached_property
    def council_supported_65_plus(self) -> NDArray[np.bool_]:
        """Whether each spell is that of such a person whom the council supports."""
        supported: NDArray[np.bool_] = column(self.cohort, "council_supported", 0) == 1
        return self.aged_65_plus & supported

    @cached_property
    def admissions(self) -> Floats:
        """When each non-elective admission was asked for (days)."""
        community = [i for i, stream in enumerate(self.config.streams.values()) if stream.counts_as == "community"]
        from_community = np.isin(column(self.cohort, "stream", -1), community)
        non_elective = column(self.cohort, "non_elective", 0) == 1
        return hospital_flow.non_elective_requests(self.log, self.stays, non_elective, from_community)

    @cached_property
    def ward_discharges(self) -> NDArray[np.int64]:
        """People who leave hospital alive after an admission to a ward, on each day of the window."""
        return shapes.ward_discharges(self.stays, self.window)

    @cached_property
    def in_ward_beds(self) -> int:
        """People in a ward bed, summed over the midnights of the window."""
        return int(self.window.midnights(shapes.on_ward_since(self.stays), self.stays.left).sum())

    @cached_property
    def left_behind(self) -> NDArray[np.int64]:
        """People who are medically optimised and still in an acute bed at each midnight of the window."""
        at_midnight: NDArray[np.int64] = self.window.midnights(self.stays.optimised, self.stays.left)[0]
        return at_midnight

    @cached_property
    def days_after_ready(self) -> Floats:
        """Days from the discharge ready date to leaving, of each discharge of the window after a night or more."""
        return ready_date.days_after_ready(self.stays, self.window)

    @cached_property
    def is_bank_holiday(self) -> NDArray[np.bool_]:
        """Whether each day of the window is a bank holiday."""
        where, days = self.config.bank_holidays, self.window.warm_up + self.window.horizon
        dates = bank_holidays(where.country, where.subdivision, self.window.start_date, days)
        return np.isin(self.window.dates, np.array(sorted(dates), dtype="datetime64[D]"))

    @cached_property
    def day_91(self) -> dict[str, float]:
        """Where people are on day 91 after discharge into reablement: shares, by outcome."""
        months = self.config.outcomes.at_home_91_months
        return outcomes.day_91_shares(
            self.network, self.cohort, self.blocks, self.stays, self.window, months, self.aged_65_plus
        )

    @cached_property
    def avoided(self) -> Floats:
        """Admissions avoided in a year, by scheme of ``admission_avoidance``."""
        schemes = len(self.config.admission_avoidance)
        counted = admissions_avoided(self.network, self.cohort, self.stays, self.window, schemes)
        return counted.astype(np.float64) * self.window.per_year

    # -- delays --------------------------------------------------------------------------------------------------------

    @cached_property
    def delays(self) -> dtoc.Delays:
        """Every delay in an acute bed, or in an intermediate care bed of the return."""
        reasons, types = self.config.delay_reasons, dtoc.bed_types(self.config)
        return dtoc.coded_delays(self.network, self.cohort, self.log, self.blocks, self.stays, reasons, types)

    @cached_property
    def delayed(self) -> NDArray[np.int64]:
        """Delayed patients at each midnight of the window; shape (bed types, reasons, organisations, horizon)."""
        return dtoc.delayed_patients(self.delays, self.window, reasons=len(self.config.delay_reasons))

    @cached_property
    def delayed_by_group(self) -> dict[str, NDArray[np.int64]]:
        """The same by group of their reason; arrays of shape (horizon,)."""
        return dtoc.by_group(self.delayed, self.config.delay_reasons)

    @cached_property
    def delayed_by_reason(self) -> dict[str, NDArray[np.int64]]:
        """The same by reason of the city; arrays of shape (horizon,)."""
        return dict(zip(self.config.delay_reasons, self.delayed.sum(axis=(0, 2)), strict=True))

    @cached_property
    def waiting_for(self) -> WaitingFor:
        """What waiting and working depend on, by activity."""
        return WaitingFor.of(self.network)

    @cached_property
    def delay_parts(self) -> DelayParts:
        """Where the time of each delay is divided into lag, calendar and queue."""
        return DelayParts.from_log(self.waiting_for, self.log, self.delays)

    @cached_property
    def delayed_by_part(self) -> dict[str, Floats]:
        """Delayed patients summed over the midnights, by what they are delayed by; arrays of shape (reasons,)."""
        patients = self.delay_parts.patients(self.delays, self.window, reasons=len(self.config.delay_reasons))
        return dict(zip(PARTS, patients, strict=True))

    @cached_property
    def blocking(self) -> Blocking:
        """Who waits for what while holding what."""
        return Blocking.from_log(
            *(self.network, self.log, self.waiting_for, self.delays, self.delay_parts),
            *(self.holdings, self.in_use_by_day, self.window),
        )

    @cached_property
    def delayed_by_type(self) -> NDArray[np.int64]:
        """The same by bed type alone; shape (bed types, horizon)."""
        by_type: NDArray[np.int64] = self.delayed.sum(axis=(1, 2))
        return by_type

    @cached_property
    def delayed_by_day(self) -> NDArray[np.int64]:
        """The same of all bed types and reasons; shape (horizon,)."""
        all_of_them: NDArray[np.int64] = self.delayed_by_type.sum(axis=0)
        return all_of_them

    @cached_property
    def delayed_days(self) -> float:
        """Delayed days in a year."""
        return dtoc.delayed_days(self.delayed_by_day, self.window)

    @cached_property
    def acute_delayed_days(self) -> float:
        """Those of them in acute beds."""
        return dtoc.delayed_days(self.delayed_by_type[dtoc.ACUTE], self.window)

    # -- pools and money -----------------------------------------------------------------------------------------------

    @cached_property
    def holdings(self) -> Holdings:
        """Every unit of a pool that was taken."""
        return Holdings.from_log(self.network, self.log, self.blocks)

    @cached_property
    def in_use(self) -> Floats:
        """Mean units in use over the window, by pool."""
        return self.holdings.mean_in_use(len(self.network.pools), self.window.start, self.window.end)

    @cached_property
    def in_use_by_day(self) -> NDArray[np.int64]:
        """Units in use at each midnight of the window; shape (pools, horizon). Of vacancies it means nothing."""
        its = self.holdings
        return self.window.midnights(its.taken, its.released, its.pool, len(self.network.pools))

    @cached_property
    def waits(self) -> Waits:
        """What became of the requests of the window for each pool."""
        return Waits.from_log(self.network, self.log, self.window)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """How many units were taken in the window, by pool."""
        return self.holdings.starts(len(self.network.pools), self.window.start, self.window.end)

    @cached_property
    def pool_costs(self) -> cost.PoolCosts:
        """What pools and working hours cost."""
        return cost.PoolCosts(
            self.city, self.network, self.cohort, self.log, self.holdings, self.in_use, self.starts, self.window
        )

    @cached_property
    def cost_interventions(self) -> float:
        """What the interventions cost in a year, with looking after people whose admission they avoid (GBP)."""
        own = sum(payment.gbp for payment in intervention_payments(self.city, self.window))
        return own + float(self.avoided @ [scheme.gbp_each for scheme in self.config.admission_avoidance.values()])

    @cached_property
    def payments(self) -> list[Payment]:
        """All that must be paid in a year."""
        schemes = self.config.admission_avoidance.values()
        return [
            *self.pool_costs.payments(),
            *intervention_payments(self.city, self.window),
            *(Payment(float(n) * its.gbp_each, its.nhs_share) for n, its in zip(self.avoided, schemes, strict=True)),
        ]

    @cached_property
    def hospital_bed_days(self) -> float:
        """Days that people spend in acute places in a year, whether or not the bed is of a pool of the city."""
        acute = np.array([place.kind == "acute" for place in self.network.places])[self.blocks.place]
        start, end = self.window.start, self.window.end
        days = np.clip(self.blocks.left[acute], start, end) - np.clip(self.blocks.entered[acute], start, end)
        return float(days.sum()) * self.window.per_year
