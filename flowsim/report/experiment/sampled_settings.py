"""Designs of many points over several settings: which setting matters most, in figures and numbers."""

from __future__ import annotations

import math

import numpy as np

from flowsim.report.experiment.design_report import PageFigure
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.figure_data import Sample, SampledSetting
from flowsim.report.figures.panel_figures import draw_sample
from flowsim.report.figures.picture import Picture


def rank_correlations(view: View) -> dict[str, float]:
    """Return the partial rank correlation of the headline measure with each axis of a sample, the strongest first.

    Ranks of measure and axis are correlated, both without what the ranks of the other axes explain linearly. NaN where
    there are too few points. Source: S. Marino and others, Journal of Theoretical Biology 254, 2008.
    """
    from scipy.stats import rankdata  # here: it takes long to import

    points = [p for p in view.points() if math.isfinite(view.mean(p.name, view.headline)["mean"])]
    k = len(view.axes)
    if len(points) <= k + 2:
        return dict.fromkeys(view.axes, math.nan)
    y = rankdata([view.mean(p.name, view.headline)["mean"] for p in points])
    x = np.array([rankdata([view.axis_value(p, axis) for p in points]) for axis in view.axes]).T
    found = {}
    for i, axis in enumerate(view.axes):
        others = np.column_stack([np.ones(len(points)), np.delete(x, i, axis=1)])
        left = [v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (x[:, i], y)]
        size = math.sqrt(float((left[0] @ left[0]) * (left[1] @ left[1])))
        found[axis] = float(left[0] @ left[1]) / size if size > 1e-9 else math.nan
    return dict(sorted(found.items(), key=lambda item: -abs(item[1]) if math.isfinite(item[1]) else 1.0))


def sample_figure(view: View) -> PageFigure | None:
    """Return the figure of the headline measure against each setting; None if it was measured nowhere."""
    points = view.points()
    ranks = rank_correlations(view)
    values = np.array([view.mean(p.name, view.headline)["mean"] for p in points])
    if not np.isfinite(values).any():
        return None
    settings = [
        SampledSetting(view.factor_title(axis), np.array([view.axis_value(p, axis) for p in points]), rank)
        for axis, rank in ranks.items()
    ]
    what, line = view.label(view.headline), view.target_line(view.headline)
    data = Sample(what, values, settings, line.value if line else None)
    caption = (
        "Each point is a scenario of the sample. Rank correlation: how steadily the figure rises (towards 1) or falls "
        "(towards −1) with the setting, the other settings held fixed; 0 is no relation."
        f"{' Dashed: the target.' if line else ''}"
    )
    picture = Picture("sample", f"{what} against each setting of the sample", data, draw_sample)
    return PageFigure(picture, caption)
