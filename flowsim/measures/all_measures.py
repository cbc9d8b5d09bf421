"""All measures of a run, in one call, with their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.engine.log import JourneyLog
from flowsim.measures import cost, dtoc, hospital_flow, outcomes
from flowsim.measures.avoided import admissions_avoided
from flowsim.measures.flow import Holdings
from flowsim.measures.stays import Blocks, Stays, column
from flowsim.measures.window import Window
from flowsim.model.cohort import Cohort
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.network import Network

_UNITS = {
    "non_elective_admissions": "spells",
    "mau_same_day_discharge_share": "share",
    "amu_same_day_discharge_share": "share",
    "dtoc_delayed_days": "days",
    "dtoc_patients_mean": "patients",
    "dtoc_days_per_100k": "days per 100,000",
    "dtoc_patients_per_100k": "patients per 100,000",
    **{f"dtoc_share_{group}": "share" for group in dtoc.GROUPS},
    "excess_days": "days",
    "length_of_stay_mean": "days",
    "length_of_stay_65plus_mean": "days",
    "stranded_patients_mean": "patients",
    "super_stranded_patients_mean": "patients",
    "boarding_hours_mean": "hours",
    "at_home_91_days_share": "share",
    "care_home_admissions_65plus": "people",
    "readmission_30_day_share": "share",
    "cost_total": "gbp",
    "cost_acute_delay": "gbp",
    "cost_interventions": "gbp",
    "admissions_avoided": "spells",
    **{f"day_91_{outcome}_share": "share" for outcome in outcomes.OUTCOMES},
}
_POOL_UNITS = {"_occupancy_mean": "units", "_wait_days_mean": "days"}


@dataclass(frozen=True)
class Measures:
    """What was counted in one run.

    Attributes
    ----------
    values : dict of str to float
        The measures by name; counts are for one year of 365 days; what is undefined in the run is NaN. `cost_total` is
        what all priced pools cost, acute beds among them, and the interventions (`cost_interventions`: their own cost,
        and that of looking after the people whose admission they avoid). `cost_acute_delay` prices the delayed days
        alone, and is not added to it.
    daily : pandas.DataFrame
        Columns ``date``, ``measure``, ``value``: one row a measure and day of the horizon. ``delayed_<group>`` and
        ``delayed`` (patients), ``<pool>_occupancy`` (units in use) and ``ward_queue`` (patients in MAU and AMU who
        wait for a ward bed) are at the midnight that closes the day; ``non_elective_admissions`` and ``discharges``
        (people who left hospital alive) are of the whole day.
    sitrep : pandas.DataFrame
        The monthly return: ``month``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``; see
        `flowsim.measures.dtoc.sitrep`.
    """

    values: dict[str, float]
    daily: pd.DataFrame
    sitrep: pd.DataFrame


def units(names: Iterable[str]) -> dict[str, str]:
    """Return the unit of each named measure: ``days``, ``patients``, ``share``, ``gbp`` and so on.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return {name: _unit(name) for name in names}


def measure_names(config: CityConfig) -> list[str]:
    """Return the names of all measures that a run of a city has."""
    occupancies = [f"{pool.name}_occupancy_mean" for pool in config.pools if pool.kind != "vacancies"]
    waits = [f"{pool.name}_wait_days_mean" for pool in config.pools]
    return [*_UNITS, *occupancies, *waits]


def measure(city: EffectiveCity, network: Network, cohort: Cohort, log: JourneyLog) -> Measures:
    """Count everything that a run is asked for.

    Parameters
    ----------
    city : EffectiveCity
        The city: the window, the population, the reasons for delay, the prices.
    network, cohort, log
        What was simulated, and what happened.

    Returns
    -------
    Measures
        The measures of DESIGN section 5 in that order, then the outcomes on day 91; the daily series; the monthly
        return.
    """
    config, run = city.effective, city.config.run
    window = Window(run.start_date, run.warm_up_days, run.horizon_days)
    reasons = config.delay_reasons
    blocks = Blocks.from_log(network, log)
    stays = Stays.from_log(network, cohort, log)
    holdings = Holdings.from_log(network, log, blocks)
    aged_65_plus = column(cohort, "age_band", 0) >= 1

    delayed = dtoc.delayed_patients(
        dtoc.coded_delays(network, cohort, log, stays, reasons), window, reasons=len(reasons)
    )
    delays = dtoc.dtoc_measures(delayed, reasons, window, config.population.adults)
    admissions = hospital_flow.non_elective_requests(
        log, stays, column(cohort, "non_elective", 0) == 1, _from_community(config, cohort)
    )
    day_91 = outcomes.day_91_shares(
        network, cohort, blocks, stays, window, config.outcomes.at_home_91_months, aged_65_plus
    )
    council_supported_65_plus = aged_65_plus & (column(cohort, "council_supported", 0) == 1)

    pools = len(network.pools)
    in_use = holdings.mean_in_use(pools, window.start, window.end)
    waits = holdings.mean_wait(pools, window.start, window.end)
    starts = holdings.starts(pools, window.start, window.end)
    schemes = list(config.admission_avoidance.values())
    avoided = admissions_avoided(network, cohort, stays, window, len(schemes)) * window.per_year
    cost_interventions = cost.interventions_cost(city, window)
    cost_interventions += float(avoided @ [scheme.gbp_each for scheme in schemes])
    values = {
        "non_elective_admissions": float(window.events(admissions).sum() * window.per_year),
        "mau_same_day_discharge_share": hospital_flow.same_day_discharge_share(network, log, "mau_assessment", window),
        "amu_same_day_discharge_share": hospital_flow.same_day_discharge_share(network, log, "amu_assessment", window),
        **delays,
        "excess_days": dtoc.excess_days(stays, window),
        "length_of_stay_mean": hospital_flow.length_of_stay(stays, window),
        "length_of_stay_65plus_mean": hospital_flow.length_of_stay(stays, window, aged_65_plus),
        "stranded_patients_mean": hospital_flow.stranded_patients(stays, window, hospital_flow.STRANDED_DAYS),
        "super_stranded_patients_mean": hospital_flow.stranded_patients(
            stays, window, hospital_flow.SUPER_STRANDED_DAYS
        ),
        "boarding_hours_mean": hospital_flow.boarding_hours(log, stays, window),
        "at_home_91_days_share": day_91["home"],
        "care_home_admissions_65plus": outcomes.care_home_admissions(network, log, window, council_supported_65_plus),
        "readmission_30_day_share": outcomes.readmission_share(cohort, stays, window),
        **{f"{p.name}_occupancy_mean": float(in_use[i]) for i, p in enumerate(network.pools) if p.kind != "vacancies"},
        **{f"{p.name}_wait_days_mean": float(waits[i]) for i, p in enumerate(network.pools)},
        "cost_total": cost.pools_cost(network, config.costs.pools, in_use, starts, window) + cost_interventions,
        "cost_acute_delay": delays["dtoc_delayed_days"] * config.costs.delayed_acute_day_gbp,
        "cost_interventions": cost_interventions,
        "admissions_avoided": float(avoided.sum()),
        **{f"day_91_{outcome}_share": share for outcome, share in day_91.items()},
    }
    at_midnight = window.midnights(holdings.taken, holdings.released, holdings.pool, pools)
    groups = dtoc.by_group(delayed, reasons)
    series = {
        **{f"delayed_{group}": counts for group, counts in groups.items()},
        "delayed": delayed.sum(axis=(0, 1)),
        **{f"{p.name}_occupancy": at_midnight[i] for i, p in enumerate(network.pools) if p.kind != "vacancies"},
        "ward_queue": hospital_flow.ward_queue(log, stays, window),
        "non_elective_admissions": window.events(admissions),
        "discharges": window.events(stays.discharged),
    }
    return Measures(values, _long_form(series, window), dtoc.sitrep(delayed, reasons, window))


def _from_community(config: CityConfig, cohort: Cohort) -> NDArray[np.bool_]:
    """Whether each spell of the cohort came by a stream that counts as community."""
    community = [i for i, stream in enumerate(config.streams.values()) if stream.counts_as == "community"]
    return np.isin(column(cohort, "stream", -1), community)


def _long_form(series: Mapping[str, NDArray], window: Window) -> pd.DataFrame:
    """Put the daily series below each other."""
    return pd.DataFrame(
        {
            "date": np.tile(window.dates.astype("datetime64[s]"), len(series)),
            "measure": np.repeat(np.array(list(series), dtype=object), window.horizon),
            "value": np.concatenate(list(series.values())).astype(np.float64),
        }
    )


def _unit(name: str) -> str:
    if name in _UNITS:
        return _UNITS[name]
    for suffix, unit in _POOL_UNITS.items():
        if name.endswith(suffix):
            return unit
    raise KeyError(name)
