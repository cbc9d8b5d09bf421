"""What the answer of a run adds: why people are delayed, what becomes of them, money, and how sure all that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.config.value_sources import count_sources
from flowsim.measures.catalogue import UTILISATION
from flowsim.report import labels
from flowsim.report.city.published_figures import Comparison, score
from flowsim.report.differences import amount
from flowsim.report.service_words import FULL, WAITS_FOR

_FEW = 3
_PEOPLE = {
    "dtoc_patients_winter_max": "At the winter peak {} people are delayed.",
    "at_home_91_days_share": "{} of people aged 65 and over who left hospital for reablement are at home on day 91.",
    "care_home_admissions_65plus": "{} people a year, aged 65 and over, enter a care home for good.",
}


def why(config: CityConfig, summary: pd.DataFrame) -> str:
    """Say what people wait for, and which services are full."""
    people = row_of(summary, "dtoc_patients_mean")["mean"]
    waits = [(people * row_of(summary, f"dtoc_share_{group}")["mean"], text) for group, text in WAITS_FOR.items()]
    text = ""
    if all(math.isfinite(number) for number, _ in waits) and people > 0:
        named = [f"{number:.0f} {what}" for number, what in sorted(waits, key=lambda pair: -pair[0])]
        text = f"{named[0].replace(' ', ' wait ', 1)}, {labels.listed(named[1:])}."
    names = labels.pool_labels(config)
    used = {pool: row_of(summary, UTILISATION.of(pool))["mean"] for pool in names}
    full = sorted((pool for pool in names if used[pool] >= FULL), key=lambda pool: -used[pool])
    if full:
        shares = [f"{names[pool]} {used[pool]:.0%}" for pool in full[:_FEW]]
        more = [f"{len(full) - _FEW} more"] if len(full) > _FEW else []
        return f"{text} Full ({FULL:.0%} or more in use): {labels.listed([*shares, *more])}.".strip()
    known = any(math.isfinite(share) for share in used.values())
    return f"{text} No service is full ({FULL:.0%} or more in use).".strip() if known else text


def people(summary: pd.DataFrame) -> str:
    """Say how many are delayed at the winter peak, who is at home on day 91, and how many enter a care home."""
    found = [(row_of(summary, measure), text) for measure, text in _PEOPLE.items()]
    return " ".join(text.format(amount(row["mean"], row["unit"])) for row, text in found if math.isfinite(row["mean"]))


def money(summary: pd.DataFrame) -> str:
    """Say what must be paid a year, by whom, and what the delayed days would be worth if beds closed."""
    paid, nhs, social = (row_of(summary, f"cost_paid{who}")["mean"] for who in ("", "_nhs", "_social_care"))
    parts = [f"{who} {labels.number(gbp, 'gbp')}" for who, gbp in (("NHS", nhs), ("social care", social))]
    who = f" ({', '.join(parts)})" if math.isfinite(nhs) and math.isfinite(social) else ""
    text = f"To pay: {labels.number(paid, 'gbp')} a year{who}." if math.isfinite(paid) else ""
    delay = row_of(summary, "cost_acute_delay")["mean"]
    if math.isfinite(delay) and delay > 0:
        text += f" The delayed days are worth {labels.number(delay, 'gbp')} a year, but only if beds close."
    return text.strip()


def how_sure(config: CityConfig, rows: Sequence[Comparison]) -> str:
    """Say how many published figures are met, and how many of the numbers are assumptions."""
    count = count_sources(config.file)
    return f"{score(rows)} {count.in_words if count else ''}".strip()


def row_of(summary: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return the mean, the interval and the unit of a measure; NaN if it was not measured."""
    found = summary[summary["measure"] == name]
    if not len(found):
        return {"mean": math.nan, "ci_low": math.nan, "ci_high": math.nan, "unit": ""}
    return {key: found[key].iloc[0] for key in ("mean", "ci_low", "ci_high", "unit")}
