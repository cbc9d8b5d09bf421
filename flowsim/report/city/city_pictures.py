"""The two figures of a run that its report, the Word summary and the slides share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from flowsim.config.city_schema import CityConfig
from flowsim.report import labels
from flowsim.report.city import city_figures
from flowsim.report.city.city_answer import ambition_of, published_patients
from flowsim.report.city.published_figures import Comparison
from flowsim.report.figures.figure_data import AgainstPublished, DelayedThroughYear
from flowsim.report.figures.picture import Picture
from flowsim.report.shared_tables import LONG_DAYS, Series, measure_in_words, weekly_mean


def targets_picture(rows: Sequence[Comparison], config: CityConfig) -> Picture[AgainstPublished] | None:
    """Return each measure against its published figure, ambitions aside; None if nothing is published."""
    rows = [row for row in rows if not row.is_ambition]
    if not rows:
        return None
    return city_figures.against_published(rows, [measure_in_words(row.measure, config) for row in rows])


def delayed_picture(series: Series, rows: Sequence[Comparison]) -> Picture[DelayedThroughYear] | None:
    """Return the people delayed each day, of a long run in weekly means; None if they were not counted."""
    total = series.get("delayed")
    if not total.size:
        return None
    lines = {}
    published, _ = published_patients(rows)
    if math.isfinite(published):
        lines[f"Published average: {labels.people(published)}"] = published
    ambition = ambition_of(rows)
    if ambition is not None:
        lines[f"Ambition: {labels.people(ambition.high)}"] = ambition.high
    smooth = weekly_mean if series.dates.size >= LONG_DAYS else np.asarray
    groups = {label: smooth(series.mean(f"delayed_{group}")) for group, label in labels.SHORT_GROUPS.items()}
    return city_figures.delayed_through_year(series.dates, groups, smooth(total), lines)
