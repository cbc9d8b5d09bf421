"""The figures of the report of a run: what each of them shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.verdict import CLOSE, FAIR
from flowsim.report.city.published_figures import Comparison
from flowsim.report.figures.curve_figures import draw_delayed, draw_pool
from flowsim.report.figures.figure_data import (
    AgainstPublished,
    DelayedThroughYear,
    Estimate,
    Level,
    PoolThroughYear,
    Row,
)
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_against_published, draw_shares
from flowsim.report.labels import number


def against_published(rows: Sequence[Comparison], labels: Sequence[str]) -> Picture[AgainstPublished]:
    """Return each measure against its published figure; one with a published 0 keeps its row and stays empty."""
    shown = [
        Row(
            label,
            Estimate(*(row.relative(value) for value in (row.mean, row.ci_low, row.ci_high))),
            row.grade,
            text=f"{number(row.mean, row.unit)} against {row.target}",
            band=(row.relative(row.low), row.relative(row.high)) if row.is_range else None,
        )
        for row, label in zip(rows, labels, strict=True)
    ]
    title = "Simulated measures against published figures"
    return Picture("targets", title, AgainstPublished(shown, CLOSE, FAIR), draw_against_published)


def delayed_through_year(
    dates: NDArray[np.datetime64],
    groups: Mapping[str, NDArray[np.float64]],
    total: NDArray[np.float64],
    levels: Mapping[str, float],
) -> Picture[DelayedThroughYear]:
    """Return people delayed each day, by group of reasons, with levels to compare with by what they are called."""
    data = DelayedThroughYear(dates, groups, total, [Level(value, label) for label, value in levels.items()])
    return Picture("curve", "People delayed each day, by reason", data, draw_delayed)


def shares(values: Mapping[str, float]) -> Picture[Mapping[str, float]]:
    """Return shares as bars."""
    return Picture("shares", "Shares, as bars", values, draw_shares)


def pool_through_year(name: str, label: str, data: PoolThroughYear) -> Picture[PoolThroughYear]:
    """Return the units of a pool in use each day; its name is that of the configuration, its label is for people."""
    return Picture(f"pool-{name}", f"{label}: units in use each day", data, draw_pool)
