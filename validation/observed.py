"""One simulated year beyond its measures: by weekday, holiday, age and length of stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.types import AGE_BANDS
from flowsim.measures.catalogue import OCCUPANCY
from flowsim.measures.dtoc import coded_delays
from flowsim.measures.stays import Blocks, Stays
from flowsim.measures.window import Window
from flowsim.model.calendar import bank_holidays
from flowsim.model.cohort import Column
from flowsim.model.effective_city import effective_city
from flowsim.run.simulate import Run, simulate

STAY_EDGES = (0, 1, 2, 3, 4, 7, 14, 21, 28, 56, np.inf)


@dataclass(frozen=True)
class Year:
    """One simulated year.

    Attributes
    ----------
    measures : dict of str to float
        Of the run.
    discharges : numpy.ndarray, shape (7,)
        Mean discharges from the ward on each ordinary weekday, Monday first.
    holiday_discharges : float
        The same on bank holidays.
    delayed_by_age : numpy.ndarray, shape (4,)
        Share of the delayed days in each age band.
    admitted_by_age : numpy.ndarray, shape (4,)
        Share of people who leave the ward.
    stays : numpy.ndarray
        Share of stays between `STAY_EDGES` (days), of everybody who leaves hospital alive.
    stay_mean, stay_sd, older_stay_mean : float
        Days: all, and those aged 65 and over who were admitted to a ward.
    fit_share, fit_days, fit_days_complex : float
        Share of occupied acute beds with somebody medically optimised, and how long each of these people stays so: all,
        and those whose discharge is not a simple one.
    waits : dict of str to float
        Mean days from the referral to a kind of service until it starts, from the ward.
    """

    measures: dict[str, float]
    discharges: NDArray[np.float64]
    holiday_discharges: float
    delayed_by_age: NDArray[np.float64]
    admitted_by_age: NDArray[np.float64]
    stays: NDArray[np.float64]
    stay_mean: float
    stay_sd: float
    older_stay_mean: float
    fit_share: float
    fit_days: float
    fit_days_complex: float
    waits: dict[str, float]


def measures_of(asked: tuple[CityConfig, int]) -> dict[str, float]:
    """Simulate one replication and return its measures alone."""
    config, replication = asked
    return dict(simulate(config, replication=replication).measures)


def observe(asked: tuple[CityConfig, int]) -> Year:
    """Simulate one replication and look at it."""
    config, replication = asked
    run = simulate(config, replication=replication)
    window = Window(config.run.start_date, config.run.warm_up_days, config.run.horizon_days)
    stays = Stays.from_log(run.network, run.cohort, run.log)
    age = run.cohort.columns["age_band"]
    by_ward = np.flatnonzero(window.contains(stays.discharged) & ~np.isnan(stays.admitted))
    alive = np.flatnonzero(window.contains(stays.discharged))
    length = (stays.discharged - stays.entered)[alive]
    discharges, on_holidays = _by_weekday(config, stays.discharged[by_ward], window)
    optimised = np.flatnonzero(~np.isnan(stays.optimised) & (stays.left > stays.optimised))
    fit = window.midnights(stays.optimised[optimised], stays.left[optimised])[0]
    occupied = sum(run.measures[OCCUPANCY.of(pool)] for pool in ("mau_beds", "amu_beds", "ward_beds"))
    waited = stays.left - stays.optimised
    left = optimised[window.contains(stays.left[optimised])]
    return Year(
        measures=dict(run.measures),
        discharges=discharges,
        holiday_discharges=on_holidays,
        delayed_by_age=_delayed_by_age(run, stays, window, age),
        admitted_by_age=np.bincount(age[by_ward], minlength=len(AGE_BANDS)) / by_ward.size,
        stays=np.histogram(length, STAY_EDGES)[0] / length.size,
        stay_mean=float(length.mean()),
        stay_sd=float(length.std()),
        older_stay_mean=run.measures["length_of_stay_65plus_mean"],
        fit_share=float(fit.mean()) / occupied,
        fit_days=float(waited[left].mean()),
        fit_days_complex=float(waited[left[run.cohort.columns["complex"][left] == 1]].mean()),
        waits=_waits(config, run, window),
    )


def _by_weekday(config: CityConfig, moments: NDArray[np.float64], window: Window) -> tuple[NDArray[np.float64], float]:
    """Return mean discharges a day on ordinary weekdays, and on bank holidays."""
    run = config.run
    closed = bank_holidays(config.bank_holidays.country, config.bank_holidays.subdivision, run.start_date, run.days)
    day = np.arange(int(window.start), int(window.end))
    count = np.bincount(np.floor(moments).astype(int) - day[0], minlength=day.size)
    holiday = np.isin(day, [(date - run.start_date).days for date in closed])
    weekday = (run.start_date.weekday() + day) % 7
    ordinary = np.array([count[(weekday == i) & ~holiday].mean() for i in range(7)])
    return ordinary, float(count[holiday].mean()) if holiday.any() else np.nan


def _delayed_by_age(run: Run, stays: Stays, window: Window, age: Column) -> NDArray[np.float64]:
    city = effective_city(run.config).effective
    blocks = Blocks.from_log(run.network, run.log)
    delays = coded_delays(run.network, run.cohort, run.log, blocks, stays, city.delay_reasons)
    by_day = window.midnights(delays.begins, delays.ends, age[delays.spell].astype(np.intp), len(AGE_BANDS))
    days: NDArray[np.float64] = by_day.sum(axis=1)
    shares: NDArray[np.float64] = days / days.sum()
    return shares


def _waits(config: CityConfig, run: Run, window: Window) -> dict[str, float]:
    """Return mean days from referral on the ward to the start of a service, by kind."""
    services = effective_city(config).effective.services
    starts = {
        "active_recovery": [(f"{name}_referral", f"{name}_at_home") for name in services.active_recovery],
        "intermediate_care": [(f"{name}_referral", f"{name}_step_down") for name in services.intermediate_care],
    }
    log, found = run.log, {}
    for kind, pairs in starts.items():
        waits = []
        for referral, begins in pairs:
            begun = np.flatnonzero(log.activity == run.network.activity_index(begins))
            begun = begun[window.contains(log.started[begun])]
            asked = np.full(len(run.cohort), np.nan)
            rows = np.flatnonzero(log.activity == run.network.activity_index(referral))
            asked[log.spell[rows]] = log.requested[rows]
            waits.append(log.started[begun] - asked[log.spell[begun]])
        found[kind] = float(np.nanmean(np.concatenate(waits)))
    return found
