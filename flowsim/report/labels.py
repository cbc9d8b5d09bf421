"""The words of a report: names of measures, pools and reasons for people who do not program, and numbers in print."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from flowsim.config.city_schema import CityConfig
from flowsim.config.seasons import split_season
from flowsim.config.setting_labels import path_label as path_label
from flowsim.measures.catalogue import label
from flowsim.measures.window import DAYS_PER_YEAR

DASH = "–"
MINUS = "−"
NONE = "none"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAY_91 = {
    "home": "At home",
    "hospital": "In hospital",
    "intermediate_care": "In an intermediate care bed",
    "care_home": "In a care home",
    "dead": "Died",
}
GROUPS = {
    "pathway_allocation": "Waiting for a pathway to be allocated",
    "bedded": "Waiting for a bed: intermediate, residential or nursing care",
    "home_support": "Waiting to go home with support",
    "other": "Other reasons",
}
SHORT_GROUPS = {
    "pathway_allocation": "Pathway allocation",
    "bedded": "Bedded care",
    "home_support": "Support at home",
    "other": "Other",
}
REASONS = {
    "A": "Completion of assessment",
    "B": "Public funding",
    "C": "Further non-acute NHS care, such as intermediate care or rehabilitation",
    "D(i)": "Residential home",
    "D(ii)": "Nursing home",
    "E": "Care package in own home",
    "F": "Community equipment or adaptations",
    "G": "Patient or family choice",
    "H": "Disputes",
    "I": "Housing",
}
BED_TYPES = {"acute": "Acute", "non_acute": "Non-acute"}
ORGANISATIONS = {"nhs": "NHS", "social_care": "Social care", "both": "Both"}

_FEW = 10


def pool_labels(config: CityConfig) -> dict[str, str]:
    """Return the name in words of every pool of a city, by its name in the configuration."""
    return {pool.name: pool.label for pool in config.pools}


def measure_label(name: str, pools: dict[str, str]) -> str:
    """Return the name of a measure in words.

    Parameters
    ----------
    name : str
        As in the results folder, such as ``dtoc_delayed_days`` or ``ward_beds_occupancy_mean``.
    pools : dict of str to str
        From `pool_labels`.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return of_run(label(name, pools), is_year=not split_season(name)[1])


def number(value: float | None, unit: str = "") -> str:
    """Return a number in print, with the digits that a reader can use; a dash for NaN and infinity.

    Shares become per cent, pounds of a million or more become millions.
    """
    if value is None or not math.isfinite(value):
        return DASH
    sign, size = MINUS if value < 0 else "", abs(value)
    if unit == "share":
        text = f"{100 * size:.1f}%"
    elif unit == "gbp":
        text = f"£{size / 1e6:,.1f} million" if size >= 1e6 else f"£{size:,.0f}"
    elif size >= 100:
        text = f"{size:,.0f}"
    elif size >= 1:
        text = f"{size:.1f}"
    else:
        text = f"{size:.2f}" if size else "0"
    is_nothing = not any(digit in text for digit in "123456789")
    return text if is_nothing else sign + text


def people(value: float) -> str:
    """Return a number of people: whole, unless there are so few that the rest says something; a dash for NaN."""
    return f"{value:,.0f}" if math.isfinite(value) and abs(value) >= _FEW else number(value)


def with_unit(value: float, unit: str) -> str:
    """Return a number with its unit, where the number does not show it already and the unit says something."""
    text = number(value, unit)
    says_nothing = unit in ("share", "gbp", "units", "patients", "people", "spells", "") or text == DASH
    return text if says_nothing else f"{text} {unit}"


def number_interval(low: float, high: float, unit: str = "") -> str:
    """Return an interval in words ("129 to 139"); a dash if there is none."""
    low_text, high_text = number(low, unit), number(high, unit)
    if DASH in (low_text, high_text):
        return DASH
    return f"{low_text} to {high_text}"


def percent_change(relative: float) -> str:
    """Return a relative difference with its sign ("+2.1%"); a dash if there is none."""
    text = number(relative, "share")
    return f"+{text}" if relative > 0 and text not in (DASH, "0.0%") else text


def wait(days: float | None) -> str:
    """Return a wait in days, or in hours or minutes if it is shorter."""
    if days is None or not math.isfinite(days):
        return DASH
    if days >= 1:
        return f"{days:.1f} days"
    hours = days * 24
    if hours >= 1:
        return f"{hours:.1f} hours"
    minutes = round(hours * 60)
    return f"{minutes} minutes" if minutes else NONE


def listed(items: Sequence[str]) -> str:
    """Return things as people list them: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def lower_first(text: str) -> str:
    """Return a label as it stands within a sentence: with a small first letter, unless it begins with an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def scaled_counts(days: int) -> str:
    """Say what counts that are scaled to a year are, of a run that counts fewer or more days than a year has."""
    return "the average of its years" if days > DAYS_PER_YEAR else "not the figures of a year"


def of_run(label: str, is_year: bool) -> str:
    """Return a label that is true of a run that is not a year: its counts are then rates, as in a year of such days."""
    return label if is_year else label.replace("in a year", "per year").replace("of a year", "per year")


def long_date(date: dt.date) -> str:
    """Return a date in words ("1 April 2016")."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"
