"""The rows of the catalogue about what became of people: readmission, care homes, where they are on day 91."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from flowsim.measures import outcomes
from flowsim.measures.measure import LESS, MORE, NOT_NEGATIVE, SHARE, Better, Measure
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import IN_A_YEAR

_NOBODY_INTO_REABLEMENT = (
    "nobody aged 65 and over was discharged into reablement in the months of outcomes.at_home_91_months"
)


def _on_day_91(outcome: str, label: str, found: str, better: Better = LESS) -> Measure:
    return Measure(
        f"day_91_{outcome}_share",
        "share",
        better=better,
        label=f"Day 91: {label}",
        definition=f"Of the people of at_home_91_days_share: {found}.",
        bounds=SHARE,
        empty_if=_NOBODY_INTO_REABLEMENT,
        count=lambda f: f.day_91[outcome],
    )


def _readmitted(name: str, who: str, aged: Callable[[RunFacts], NDArray[np.bool_]], published: str) -> Measure:
    return Measure(
        f"readmissions_30_days_{name}_share",
        "share",
        better=LESS,
        label=f"Emergency readmission within 30 days, {who}",
        definition=f"Of discharges from hospital alive, {who}: those followed by an emergency admission on the day "
        "itself or one of the 29 after it (NHS Digital, indicator I02040, without standardisation; the model has no "
        f"admissions for cancer or obstetrics). {published}",
        bounds=SHARE,
        empty_if=f"nobody of these ages ({who}) left hospital alive in the days that count",
        count=lambda f: outcomes.emergency_readmission_share(f.cohort, f.stays, f.window, aged(f)),
    )


OUTCOME_MEASURES = (
    Measure(
        "at_home_91_days_share",
        "share",
        better=MORE,
        label="Still at home 91 days after discharge into reablement",
        definition="Of people aged 65 and over discharged into reablement or rehabilitation in the months of "
        "outcomes.at_home_91_months: those at home on day 91 (ASCOF 2B(1)). Everybody is followed "
        "until then, because a run goes on for 91 days after the days that count; people who still wait for discharge "
        "are not in it.",
        bounds=SHARE,
        empty_if=_NOBODY_INTO_REABLEMENT,
        count=lambda f: f.day_91["home"],
    ),
    Measure(
        "care_home_admissions_65plus",
        "people",
        better=LESS,
        label="Permanent care-home admissions, 65 and over, in a year",
        definition="Permanent admissions of council-supported people aged 65 and over, from hospital, from a community "
        "service or from home, in the days that count. People who still wait for a home are not in it, so that fewer "
        f"admissions may mean longer queues (<pool>_waiting_mean). {IN_A_YEAR}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: outcomes.care_home_admissions(f.network, f.log, f.window, f.council_supported_65_plus),
    ),
    Measure(
        "readmission_30_day_share",
        "share",
        better=LESS,
        label="Readmitted within 30 days",
        definition="Of all people discharged alive, those who come back within 30 days. Everybody is followed for "
        "that long; people who die before have not come back.",
        bounds=SHARE,
        empty_if="nobody left hospital alive in the days that count",
        count=lambda f: outcomes.readmission_share(f.cohort, f.stays, f.window),
    ),
    _readmitted(
        "75plus",
        "people aged 75 and over",
        lambda f: f.aged_75_plus,
        "England 2016/17: 17.8%; the city's trust 18.5%.",
    ),
    _readmitted(
        "under_75",
        "people aged 18 to 74",
        lambda f: ~f.aged_75_plus,
        "England 2016/17, people aged 16 to 74: 11.6%.",
    ),
)
DAY_91_MEASURES = (
    _on_day_91("home", "at home", "those at home on day 91", better=MORE),
    _on_day_91("hospital", "in hospital", "those in hospital on day 91"),
    _on_day_91("intermediate_care", "in an intermediate care bed", "those in an intermediate care bed on day 91"),
    _on_day_91("care_home", "in a care home", "those in a care home on day 91"),
    _on_day_91("dead", "died", "those who have died by day 91"),
)
