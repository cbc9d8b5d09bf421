"""The rows of the catalogue about the hospital: admissions, same-day discharge, stays, and boarding."""

from __future__ import annotations

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.measures import hospital_flow
from flowsim.measures.measure import LESS, MORE, NOT_NEGATIVE, SHARE, WITHIN_FOLLOW_UP, Measure
from flowsim.measures.waits import nearest_rank
from flowsim.measures.window import IN_A_YEAR, mean
from flowsim.model.clock import HOURS_PER_DAY

_NOBODY_ADMITTED = "nobody was admitted to a ward in the days that count"
_NOBODY_LEFT = "nobody left a ward alive in the days that count"
_OF_ADMITTED = "Of all who were admitted to a ward in the days that count"
_HOWEVER = f"alive or dead; who is still there counts too, and each stay up to {FOLLOW_UP_DAYS} days"


def _stranded(name: str, days: float) -> Measure:
    what = name.replace("_", "-").capitalize()
    return Measure(
        f"{name}_patients_mean",
        "patients",
        better=LESS,
        label=f"{what} patients ({days:g} days or more), average day",
        definition=f"People who have been in hospital for {days:g} days or more, mean over the midnights.",
        bounds=NOT_NEGATIVE,
        count=lambda f: hospital_flow.stranded_patients(f.stays, f.window, days),
    )


def _stay(name: str, share: float, label: str) -> Measure:
    return Measure(
        f"stay_days_{name}",
        "days",
        better=LESS,
        label=label,
        definition=f"{_OF_ADMITTED}: days from entering hospital within which {share:.0%} of them had left it, "
        f"{_HOWEVER}.",
        bounds=WITHIN_FOLLOW_UP,
        empty_if=_NOBODY_ADMITTED,
        count=lambda f: nearest_rank(f.stays_of_admitted, share),
    )


ADMISSION_MEASURES = (
    Measure(
        "non_elective_admissions",
        "spells",
        better=LESS,
        label="Non-elective admissions in a year",
        definition="Spells that count as non-elective: with children, maternity and readmissions, and with step-ups "
        "that ended in the AMU, each when it is asked for, whether or not there is a bed. "
        f"{IN_A_YEAR}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: f.window.events(f.admissions).sum() * f.window.per_year,
    ),
    Measure(
        "mau_same_day_discharge_share",
        "share",
        better=MORE,
        label="Sent home the same day from the MAU (GP referrals)",
        definition="Of assessments in the MAU that ended, and not in death: those followed by going home the same day. "
        "Assessments take hours, so that those which have not ended decide nothing.",
        bounds=SHARE,
        empty_if="no such assessment ended in the days that count",
        count=lambda f: hospital_flow.same_day_discharge_share(f.network, f.log, "mau_assessment", f.window),
    ),
    Measure(
        "amu_same_day_discharge_share",
        "share",
        better=MORE,
        label="Sent home the same day from the AMU (from A&E)",
        definition="Of assessments in the AMU that ended, and not in death: those followed by going home the same day. "
        "Assessments take hours, so that those which have not ended decide nothing.",
        bounds=SHARE,
        empty_if="no such assessment ended in the days that count",
        count=lambda f: hospital_flow.same_day_discharge_share(f.network, f.log, "amu_assessment", f.window),
    ),
)
STAY_MEASURES = (
    Measure(
        "length_of_stay_mean",
        "days",
        better=LESS,
        label="Length of stay of people admitted to a ward",
        definition="From entering hospital to leaving it, of people who were admitted to a ward and left alive in the "
        "days that count, as hospitals publish it. People who died or are still there are not in it, so it lags behind "
        "when stays grow: stay_days_mean counts everybody.",
        bounds=NOT_NEGATIVE,
        empty_if=_NOBODY_LEFT,
        count=lambda f: hospital_flow.length_of_stay(f.stays, f.window),
    ),
    Measure(
        "length_of_stay_65plus_mean",
        "days",
        better=LESS,
        label="Length of stay, people aged 65 and over",
        definition="As length_of_stay_mean, of people aged 65 and over.",
        bounds=NOT_NEGATIVE,
        empty_if="nobody aged 65 and over left a ward alive in the days that count",
        count=lambda f: hospital_flow.length_of_stay(f.stays, f.window, f.aged_65_plus),
    ),
    Measure(
        "stay_days_mean",
        "days",
        better=LESS,
        label="Time in hospital of everybody admitted to a ward",
        definition=f"{_OF_ADMITTED}: days from entering hospital to leaving it, {_HOWEVER} (a restricted mean).",
        bounds=WITHIN_FOLLOW_UP,
        empty_if=_NOBODY_ADMITTED,
        count=lambda f: mean(f.stays_of_admitted),
    ),
    _stay("p50", 0.5, "Time in hospital of the middle person admitted to a ward (median)"),
    _stay("p90", 0.9, "Time in hospital that one person in ten admitted to a ward exceeds"),
    _stranded("stranded", hospital_flow.STRANDED_DAYS),
    _stranded("super_stranded", hospital_flow.SUPER_STRANDED_DAYS),
    Measure(
        "boarding_hours_mean",
        "hours",
        better=LESS,
        label="Wait in MAU or AMU for a ward bed",
        definition="Of all who asked for a ward bed from the MAU or AMU in the days that count: hours until they got "
        f"it, died or gave up; a wait that goes on counts too, and each up to {FOLLOW_UP_DAYS} days.",
        bounds=(0.0, FOLLOW_UP_DAYS * HOURS_PER_DAY),
        empty_if="nobody in the MAU or AMU asked for a ward bed in the days that count",
        count=lambda f: hospital_flow.boarding_hours(f.log, f.stays, f.window),
    ),
)
