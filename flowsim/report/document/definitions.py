"""What each measure counts: the definitions of the data dictionary."""

from __future__ import annotations

from flowsim.model.network import Network
from flowsim.report.labels import DAY_91, GROUPS

_DELAYED = "Midnights at which a delayed patient occupies an acute bed"
_MEASURES = {
    "non_elective_admissions": "Spells that count as non-elective: with children, maternity and readmissions, and with "
    "step-ups that ended in the AMU.",
    "mau_same_day_discharge_share": "Of assessments in the MAU that ended, and not in death: those followed by going "
    "home the same day.",
    "amu_same_day_discharge_share": "Of assessments in the AMU that ended, and not in death: those followed by going "
    "home the same day.",
    "dtoc_delayed_days": f"{_DELAYED}: ready for transfer, and waiting for something that has a delay reason.",
    "dtoc_patients_mean": "Delayed patients, mean over the midnights.",
    "dtoc_days_per_100k": "Delayed days per 100,000 adults.",
    "dtoc_patients_per_100k": "Delayed patients per 100,000 adults, mean over the last Thursdays of the months "
    "(ASCOF 2C(1)).",
    **{f"dtoc_share_{group}": f"Share of the delayed days: {label.lower()}." for group, label in GROUPS.items()},
    "excess_days": "Midnights in an acute bed after medically optimised, delayed or not.",
    "length_of_stay_mean": "From entering hospital to leaving it, of people who were admitted to a ward and "
    "left alive.",
    "length_of_stay_65plus_mean": "The same of people aged 65 and over.",
    "stranded_patients_mean": "People who have been in hospital for 7 days or more, mean over the midnights.",
    "super_stranded_patients_mean": "People who have been in hospital for 21 days or more, mean over the midnights.",
    "boarding_hours_mean": "Wait in the MAU or AMU for a ward bed.",
    "at_home_91_days_share": "Of people aged 65 and over discharged into reablement or rehabilitation in the months of "
    "outcomes.at_home_91_months: those at home on day 91 (ASCOF 2B(1)).",
    "care_home_admissions_65plus": "Permanent admissions of council-supported people aged 65 and over, from hospital, "
    "from a community service or from home.",
    "readmission_30_day_share": "Of all people discharged alive, those who come back within 30 days.",
    "cost_total": "What the priced pools cost (by day of use, by day of capacity, or by start) with what the "
    "interventions cost.",
    "cost_acute_delay": "Delayed days at the price of a delayed acute day; a part of cost_total, not on top of it.",
    "cost_interventions": "What the interventions cost besides the pools, and looking after the people whose admission "
    "they avoid; a part of cost_total.",
    "admissions_avoided": "Spells whose need a scheme of admission_avoidance met where people live.",
    **{
        f"day_91_{outcome}_share": f"Of the people of at_home_91_days_share: {label.lower()} on day 91."
        for outcome, label in DAY_91.items()
    },
}
_POOLS = {
    "_occupancy_mean": "Units in use, mean over all hours.",
    "_wait_days_mean": "From asking to getting a unit, of requests that were met.",
}


def definition(name: str) -> str:
    """Return what a measure counts.

    Raises
    ------
    KeyError
        If there is no measure of this name.
    """
    if name in _MEASURES:
        return _MEASURES[name]
    for suffix, words in _POOLS.items():
        if name.endswith(suffix):
            return words
    raise KeyError(name)


def measure_names(network: Network) -> list[str]:
    """Return the name of every measure of a city, those of its pools last."""
    occupied = [f"{pool.name}_occupancy_mean" for pool in network.pools if pool.kind != "vacancies"]
    return [*_MEASURES, *occupied, *(f"{pool.name}_wait_days_mean" for pool in network.pools)]
