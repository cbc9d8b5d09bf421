"""The catalogue of measures: one row for each, in the order of the results, with everything that is known of it.

A new measure is one more row here; if its counting is long, that is a function in the file of its subject. A script or
a plugin adds its own with `add`. Everything else follows: counts, tables, reports, the workbook, the data dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from flowsim.config.city_schema import CityConfig
from flowsim.measures import code_fingerprint, cost_measures, dtoc, hospital_flow, outcomes, pool_use
from flowsim.measures.measure import (
    LESS,
    MORE,
    NEITHER,
    NOT_NEGATIVE,
    POOL,
    SHARE,
    UNBOUNDED,
    Better,
    Measure,
    PoolMeasure,
)
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import mean, ratio

__all__ = [
    "CAPACITY", "LESS", "MORE", "NEITHER", "NOT_NEGATIVE", "OCCUPANCY", "POOL", "SHARE", "UNBOUNDED", "UTILISATION",
    "WAIT", "Measure", "PoolMeasure", "RunFacts", "add", "direction", "find", "fingerprint", "measure_names", "rows",
    "units",
]  # fmt: skip

OCCUPANCY = PoolMeasure(
    f"{POOL}_occupancy_mean",
    "units",
    better=NEITHER,  # a full service and an empty one both have a price
    label=f"{POOL}: in use, average",
    definition="Units in use, mean over all hours; of a service of visits, the people who use it.",
    bounds=NOT_NEGATIVE,
    kinds=("units", "visits"),
    count=lambda f, pool: f.in_use[pool],
)
CAPACITY = PoolMeasure(
    f"{POOL}_capacity_mean",
    "units",
    better=NEITHER,
    label=f"{POOL}: capacity, average",
    definition="What there is of beds, places, staff or vehicles: mean over the days that count, with dated changes and"
    " interventions and without surge. Of a service of visits: visits a day. Of homecare and care homes: vacancies that"
    " arrive in the days that count, used or not, as a number a week; spot purchase is left out.",
    bounds=NOT_NEGATIVE,
    count=pool_use.capacity,
)
UTILISATION = PoolMeasure(
    f"{POOL}_utilisation",
    "share",
    better=NEITHER,
    label=f"{POOL}: share of capacity in use",
    definition="Use as a share of capacity without surge: above 100% when surge is in use, or when more people are left"
    " from before a cut than there are places; empty without capacity. Of beds and caseloads: mean units in use over "
    "mean capacity, both over all hours. Of staff and vehicles, if all that they do is done by one calendar: time at "
    "work while it is open, over the time of all of them while it is open. Of a service of visits: visits on the days "
    "that count, over the visits that there are on those days; a person has the visits that were booked until the day "
    "on which they give the place up, that day included, and the last day's visits if they stay longer than booked. Of "
    "homecare and care homes: starts in the days that count, also by spot purchase, over the vacancies that arrive in "
    "these days.",
    bounds=NOT_NEGATIVE,
    count=pool_use.utilisation,
)
WAIT = PoolMeasure(
    f"{POOL}_wait_days_mean",
    "days",
    better=LESS,
    label=f"{POOL}: wait for a place",
    definition="From asking to getting a unit, of requests that were met.",
    bounds=NOT_NEGATIVE,
    count=lambda f, pool: f.waits[pool],
)

_AT_MIDNIGHT = "Midnights at which a delayed patient occupies an acute bed"


def _delay_share(group: str, label: str, waits_for: str) -> Measure:
    return Measure(
        f"dtoc_share_{group}",
        "share",
        better=NEITHER,  # how delays are divided among reasons
        label=label,
        definition=f"Share of the delayed days: {waits_for}.",
        bounds=SHARE,
        count=lambda f: ratio(f.delayed_by_group[group].sum(), f.delayed_by_day.sum()),
    )


def _on_day_91(outcome: str, label: str, found: str, better: Better = LESS) -> Measure:
    return Measure(
        f"day_91_{outcome}_share",
        "share",
        better=better,
        label=f"Day 91: {label}",
        definition=f"Of the people of at_home_91_days_share: {found}.",
        bounds=SHARE,
        count=lambda f: f.day_91[outcome],
    )


_SHIPPED: tuple[Measure | PoolMeasure, ...] = (
    Measure(
        "non_elective_admissions",
        "spells",
        better=LESS,
        label="Non-elective admissions in a year",
        definition="Spells that count as non-elective: with children, maternity and readmissions, and with step-ups "
        "that ended in the AMU.",
        bounds=NOT_NEGATIVE,
        count=lambda f: f.window.events(f.admissions).sum() * f.window.per_year,
    ),
    Measure(
        "mau_same_day_discharge_share",
        "share",
        better=MORE,
        label="Sent home the same day from the MAU (GP referrals)",
        definition="Of assessments in the MAU that ended, and not in death: those followed by going home the same day.",
        bounds=SHARE,
        count=lambda f: hospital_flow.same_day_discharge_share(f.network, f.log, "mau_assessment", f.window),
    ),
    Measure(
        "amu_same_day_discharge_share",
        "share",
        better=MORE,
        label="Sent home the same day from the AMU (from A&E)",
        definition="Of assessments in the AMU that ended, and not in death: those followed by going home the same day.",
        bounds=SHARE,
        count=lambda f: hospital_flow.same_day_discharge_share(f.network, f.log, "amu_assessment", f.window),
    ),
    Measure(
        "dtoc_delayed_days",
        "days",
        better=LESS,
        label="Delayed days in a year",
        definition=f"{_AT_MIDNIGHT}: ready for transfer, and waiting for something that has a delay reason.",
        bounds=NOT_NEGATIVE,
        count=lambda f: f.delayed_days,
    ),
    Measure(
        "dtoc_patients_mean",
        "patients",
        better=LESS,
        label="People delayed on an average day",
        definition="Delayed patients, mean over the midnights.",
        bounds=NOT_NEGATIVE,
        count=lambda f: mean(f.delayed_by_day),
    ),
    Measure(
        "dtoc_days_per_100k",
        "days per 100,000",
        better=LESS,
        label="Delayed days per 100,000 adults",
        definition="Delayed days per 100,000 adults.",
        bounds=NOT_NEGATIVE,
        count=lambda f: dtoc.per_100k(f.delayed_days, f.config.population.adults),
    ),
    Measure(
        "dtoc_patients_per_100k",
        "patients per 100,000",
        better=LESS,
        label="People delayed per 100,000 adults (monthly snapshots)",
        definition="Delayed patients per 100,000 adults, mean over the last Thursdays of the months (ASCOF 2C(1)).",
        bounds=NOT_NEGATIVE,
        count=lambda f: dtoc.per_100k(
            dtoc.patients_at_snapshots(f.delayed_by_day, f.window), f.config.population.adults
        ),
    ),
    _delay_share(
        "pathway_allocation",
        "Delayed days waiting for a pathway to be allocated",
        "waiting for a pathway to be allocated",
    ),
    _delay_share(
        "bedded",
        "Delayed days waiting for a bed in the community",
        "waiting for a bed: intermediate, residential or nursing care",
    ),
    _delay_share(
        "home_support",
        "Delayed days waiting to go home with support",
        "waiting to go home with support",
    ),
    _delay_share("other", "Delayed days for other reasons", "other reasons"),
    Measure(
        "excess_days",
        "days",
        better=LESS,
        label="Days in hospital after medically optimised, in a year",
        definition="Midnights in an acute bed after medically optimised, delayed or not.",
        bounds=NOT_NEGATIVE,
        count=lambda f: dtoc.excess_days(f.stays, f.window),
    ),
    Measure(
        "length_of_stay_mean",
        "days",
        better=LESS,
        label="Length of stay of people admitted to a ward",
        definition="From entering hospital to leaving it, of people who were admitted to a ward and left alive.",
        bounds=NOT_NEGATIVE,
        count=lambda f: hospital_flow.length_of_stay(f.stays, f.window),
    ),
    Measure(
        "length_of_stay_65plus_mean",
        "days",
        better=LESS,
        label="Length of stay, people aged 65 and over",
        definition="As length_of_stay_mean, of people aged 65 and over.",
        bounds=NOT_NEGATIVE,
        count=lambda f: hospital_flow.length_of_stay(f.stays, f.window, f.aged_65_plus),
    ),
    Measure(
        "stranded_patients_mean",
        "patients",
        better=LESS,
        label="Stranded patients (7 days or more), average day",
        definition="People who have been in hospital for 7 days or more, mean over the midnights.",
        bounds=NOT_NEGATIVE,
        count=lambda f: hospital_flow.stranded_patients(f.stays, f.window, hospital_flow.STRANDED_DAYS),
    ),
    Measure(
        "super_stranded_patients_mean",
        "patients",
        better=LESS,
        label="Super-stranded patients (21 days or more), average day",
        definition="People who have been in hospital for 21 days or more, mean over the midnights.",
        bounds=NOT_NEGATIVE,
        count=lambda f: hospital_flow.stranded_patients(f.stays, f.window, hospital_flow.SUPER_STRANDED_DAYS),
    ),
    Measure(
        "boarding_hours_mean",
        "hours",
        better=LESS,
        label="Wait in MAU or AMU for a ward bed",
        definition="Wait in the MAU or AMU for a ward bed.",
        bounds=NOT_NEGATIVE,
        count=lambda f: hospital_flow.boarding_hours(f.log, f.stays, f.window),
    ),
    Measure(
        "at_home_91_days_share",
        "share",
        better=MORE,
        label="Still at home 91 days after discharge into reablement",
        definition="Of people aged 65 and over discharged into reablement or rehabilitation in the months of "
        "outcomes.at_home_91_months: those at home on day 91 (ASCOF 2B(1)).",
        bounds=SHARE,
        count=lambda f: f.day_91["home"],
    ),
    Measure(
        "care_home_admissions_65plus",
        "people",
        better=LESS,
        label="Permanent care-home admissions, 65 and over, in a year",
        definition="Permanent admissions of council-supported people aged 65 and over, from hospital, from a community "
        "service or from home.",
        bounds=NOT_NEGATIVE,
        count=lambda f: outcomes.care_home_admissions(f.network, f.log, f.window, f.council_supported_65_plus),
    ),
    Measure(
        "readmission_30_day_share",
        "share",
        better=LESS,
        label="Readmitted within 30 days",
        definition="Of all people discharged alive, those who come back within 30 days.",
        bounds=SHARE,
        count=lambda f: outcomes.readmission_share(f.cohort, f.stays, f.window),
    ),
    OCCUPANCY,
    CAPACITY,
    UTILISATION,
    WAIT,
    *cost_measures.MEASURES,
    Measure(
        "admissions_avoided",
        "spells",
        better=MORE,
        label="Admissions avoided in a year",
        definition="Spells whose need a scheme of admission_avoidance met where people live.",
        bounds=NOT_NEGATIVE,
        count=lambda f: f.avoided.sum(),
    ),
    _on_day_91("home", "at home", "those at home on day 91", better=MORE),
    _on_day_91("hospital", "in hospital", "those in hospital on day 91"),
    _on_day_91("intermediate_care", "in an intermediate care bed", "those in an intermediate care bed on day 91"),
    _on_day_91("care_home", "in a care home", "those in a care home on day 91"),
    _on_day_91("dead", "died", "those who have died by day 91"),
)
_added: list[Measure | PoolMeasure] = []


def rows() -> list[Measure | PoolMeasure]:
    """Return every row, in the order of the results: those of flowsim, and then those that were added."""
    return [*_SHIPPED, *_added]


def find(name: str) -> tuple[Measure | PoolMeasure, str]:
    """Return the row of a measure, and the pool that its name names (empty if it is not of a pool).

    Raises
    ------
    KeyError
        If no measure has such a name. Whether a city has a pool of that name is not asked.
    """
    for row in rows():
        if isinstance(row, PoolMeasure):
            pool = row.pool_in(name)
            if pool is not None:
                return row, pool
        elif row.name == name:
            return row, ""
    raise KeyError(name)


def units(names: Iterable[str]) -> dict[str, str]:
    """Return the unit of each named measure: ``days``, ``patients``, ``share``, ``gbp`` and so on.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return {name: find(name)[0].unit for name in names}


def direction(name: str) -> Better:
    """Return 1 if more of a measure is better, -1 if less is, 0 if it depends.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return find(name)[0].better


def measure_names(config: CityConfig) -> list[str]:
    """Return the names of all measures that a run of a city has, in the order of the results."""
    names = []
    for row in rows():
        if isinstance(row, PoolMeasure):
            names += [row.of(pool.name) for pool in config.pools if pool.kind in row.kinds]
        else:
            names.append(row.name)
    return names


def add(row: Measure | PoolMeasure) -> None:
    """Add a measure to the catalogue, after all others: every run from now on counts it.

    A script does so at its top level, not under ``if __name__ == "__main__"``, so that worker processes, which import
    the script again, have the measure too.

    Parameters
    ----------
    row : Measure or PoolMeasure
        The measure, with how it is counted.

    Raises
    ------
    ValueError
        If there is a measure of that name or with that label, if the name could be that of two measures, or if it is
        counted with something of which no fingerprint can be made (see `flowsim.measures.code_fingerprint`).

    Examples
    --------
    >>> from flowsim.measures import catalogue
    >>> catalogue.add(
    ...     catalogue.Measure(
    ...         "dtoc_patients_most",
    ...         "patients",
    ...         better=catalogue.LESS,
    ...         label="People delayed on the worst day",
    ...         definition="Delayed patients, most at any midnight.",
    ...         bounds=catalogue.NOT_NEGATIVE,
    ...         count=lambda facts: facts.delayed_by_day.max(),
    ...     )
    ... )
    """
    for other in rows():
        if other.name == row.name:
            raise ValueError(f"there is a measure called {row.name!r} already; choose another name")
        if other.label == row.label:
            raise ValueError(f"measure {row.name!r}: {other.name!r} has the same label; choose another")
        for named, pools in ((row, other), (other, row)):
            if isinstance(pools, PoolMeasure) and pools.pool_in(named.name) is not None:
                raise ValueError(
                    f"measure {row.name!r}: {named.name!r} could be {pools.name!r} of a pool; choose another name"
                )
    try:
        code_fingerprint.fingerprint(row.count)
    except (TypeError, OSError) as error:
        raise ValueError(f"measure {row.name!r}: {error}") from None
    _added.append(row)


def fingerprint() -> str:
    """Return a fingerprint of the measures that were added from outside; nothing if there are none.

    Results that were kept with other measures, or with measures that were counted in another way, have another one.
    """
    if not _added:
        return ""
    parts = [(row.name, getattr(row, "kinds", ()), code_fingerprint.fingerprint(row.count)) for row in _added]
    return sha256(repr(parts).encode()).hexdigest()
