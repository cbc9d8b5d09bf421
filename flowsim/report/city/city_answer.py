"""The answer of a run in sentences: how many people are delayed, against what was published and what is aimed at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.measures.dtoc import bed_types
from flowsim.measures.observed import ObservedFit
from flowsim.measures.window import DAYS_PER_YEAR
from flowsim.report import labels
from flowsim.report.city.city_points import how_sure, money, people, row_of, why
from flowsim.report.city.city_why import held_back
from flowsim.report.city.observed_months import in_words
from flowsim.report.city.published_figures import Comparison
from flowsim.report.shared_tables import LONG_DAYS, Series, run_word, weekly_mean
from flowsim.run.why_delayed import WhyDelayed

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class CityAnswer:
    """The head of the report of a run.

    Attributes
    ----------
    headline : str
        One sentence.
    sentences : list of str
        How sure it is, and how far from what was published and what is aimed at.
    points : list of (str, str)
        A question each (why, when, people, money, published months) and its answer.
    """

    headline: str
    sentences: list[str]
    points: list[tuple[str, str]]


def city_answer(
    config: CityConfig,
    summary: pd.DataFrame,
    series: Series,
    rows: Sequence[Comparison],
    observed: ObservedFit | None = None,
    found: WhyDelayed | None = None,
) -> CityAnswer:
    """Say first how many people are delayed on an average day, against what was published and what is aimed at."""
    row = row_of(summary, "dtoc_patients_mean")
    published, source = published_patients(rows)
    ambition = ambition_of(rows)
    if math.isfinite(row["ci_low"]) and math.isfinite(row["ci_high"]):
        sentences = [f"The 95% interval is {labels.people(row['ci_low'])} to {labels.people(row['ci_high'])}."]
    else:
        sentences = [f"There is no interval, because it takes several simulated {run_word(config)}s to make one."]
    if math.isfinite(published) and math.isfinite(row["mean"]):
        off = row["mean"] / published - 1
        side = "the same" if abs(off) < 0.005 else f"{abs(off):.0%} {'higher' if off > 0 else 'lower'}"
        inside = row["ci_low"] <= published <= row["ci_high"]
        within = ", and the published figure lies within its interval" if inside else ""
        sentences.append(
            f"The published figure is {labels.people(published)} ({source}): the simulation is {side}{within}."
        )
    if ambition is not None and math.isfinite(row["mean"]):
        gap = row["mean"] - ambition.high
        met = f"{labels.people(gap)} above it" if gap > 0 else "at or below it"
        sentence = f"The agreed ambition is {labels.people(ambition.high)} people at any time: the simulation is {met}"
        delayed = series.get("delayed")
        if delayed.size:
            days = float((delayed <= ambition.high).mean() * delayed.shape[1])
            sentence += f", and reaches it on {labels.people(days)} of {delayed.shape[1]} days"
        sentences.append(sentence + ".")
    points = [
        ("Why", why(config, summary)),
        ("Lag or queue", held_back(config, found) if found else ""),
        ("When", " ".join(high_and_low(series)) if series.get("delayed").size else ""),
        ("People", people(summary)),
        ("Money", money(summary)),
        ("Published months", in_words(observed) if observed else ""),
        ("How sure", how_sure(config, rows)),
    ]
    bed = "an acute bed" if len(bed_types(config)) == 1 else "an acute or intermediate care bed"
    headline = (
        f"{labels.people(row['mean'])} people are delayed on an average day: they are ready to leave {bed} and still "
        "occupy it."
    )
    return CityAnswer(headline, sentences, [(question, text) for question, text in points if text])


def published_patients(rows: Sequence[Comparison]) -> tuple[float, str]:
    """Return how many people the published figures say are delayed on an average day, and how that is known."""
    for row in rows:
        if row.measure == "dtoc_patients_mean" and not row.is_ambition and not row.is_range:
            return row.low, row.source
    for row in rows:
        if row.measure == "dtoc_delayed_days" and not row.is_range:
            days = labels.number(row.low)
            return row.low / DAYS_PER_YEAR, f"{days} delayed days over {DAYS_PER_YEAR:.0f} days; {row.source}"
    return math.nan, ""


def ambition_of(rows: Sequence[Comparison]) -> Comparison | None:
    """Return what the city aims at for the people delayed on an average day; None if it says nothing of it."""
    return next((row for row in rows if row.measure == "dtoc_patients_mean" and row.is_ambition), None)


def high_and_low(series: Series) -> list[str]:
    """Say when in the year, and on which day of the week, most and fewest people are delayed.

    The daily series has the people delayed.
    """
    dates, by_day = series.dates, series.mean("delayed")
    curve = weekly_mean(by_day) if dates.size >= LONG_DAYS else by_day
    most, least = curve.argmax(), curve.argmin()
    sentences = [
        f"On average, most people are delayed around {labels.long_date(dates[most].item())} "
        f"({labels.people(curve[most])}) and fewest around {labels.long_date(dates[least].item())} "
        f"({labels.people(curve[least])})."
    ]
    weekday = np.array([date.weekday() for date in dates.tolist()])
    if set(weekday) == set(range(7)):
        night = np.array([by_day[weekday == i].mean() for i in range(7)])
        high, low = night.argmax(), night.argmin()
        sentences.append(
            f"In an average week the number is highest on {_WEEKDAYS[high]} night ({labels.people(night[high])}) and "
            f"lowest on {_WEEKDAYS[low]} night ({labels.people(night[low])})."
        )
    return sentences
