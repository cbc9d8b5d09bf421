"""A grid: how much of one or two settings is enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from flowsim.experiment.scenario import Scenario
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.sampled_settings import sample_figure
from flowsim.report.figures.curve_figures import draw_axis_curve
from flowsim.report.figures.drawing import Picture
from flowsim.report.figures.figure_data import AxisCurve, Estimate, GridMap
from flowsim.report.figures.grid_figures import draw_grid

_FEW = 3
_AXES_DRAWN = 2  # more axes are drawn as a sample is


@register
class GridReport(DesignReport):
    """The smallest points of the grid that meet the target, and a map of it."""

    kind = "grid"

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say which smallest capacities meet the target."""
        found = smallest_that_meet(view)
        if found is None:
            return []
        return [("How much is enough?", " ".join(_sentences(view, found)))]

    def heading(self, view: View) -> str:
        """Return what stands above the figure."""
        return "How much is enough" if len(view.axes) <= _AXES_DRAWN else "What matters most"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw a curve over one axis, or a map over two."""
        if len(view.axes) > _AXES_DRAWN:
            figure = sample_figure(view)
            return [figure] if figure else []
        picture = _picture(view)
        if picture is None:
            return []
        met = " ● and the thick line: the average meets the target." if view.goal(view.headline) else ""
        look = f"Darker is better.{met}" if len(view.axes) == _AXES_DRAWN else "Band: 95% intervals."
        return [PageFigure(picture, f"{view.label(view.headline)}, average of the simulated {view.run_word}s. {look}")]


@dataclass(frozen=True)
class SmallestPoints:
    """The points of a grid that meet the target, and that no smaller point does as well.

    Attributes
    ----------
    on_average, in_interval : list of Scenario
        Those whose mean meets it, and those whose whole 95% interval does.
    """

    on_average: list[Scenario]
    in_interval: list[Scenario]


def smallest_that_meet(view: View) -> SmallestPoints | None:
    """Return the smallest points of a grid that meet the target of the headline measure; None without a target.

    Smallest is meant setting by setting, on the side from which it gets better: of beds, few; of a delay, long.
    """
    goal, points = view.goal(view.headline), view.points()
    if goal is None or not points:
        return None
    values = np.array([view.mean(p.name, view.headline)["mean"] for p in points])
    at = np.array([[view.axis_value(p, axis) for axis in view.axes] for p in points], dtype=float)
    effort = at * [1 if _helps(column, values, view.better) else -1 for column in at.T]
    ends = np.array([[view.mean(p.name, view.headline)[end] for end in ("ci_low", "ci_high")] for p in points])
    whole = np.all(goal.met_by(ends), axis=1)
    return SmallestPoints(
        [points[i] for i in _smallest(effort, goal.met_by(values))], [points[i] for i in _smallest(effort, whole)]
    )


def _sentences(view: View, found: SmallestPoints) -> list[str]:
    if not found.on_average:
        return ["No point of the grid meets the target."]
    sentences = [f"The least that meets the target on average is {_in_words(view, found.on_average)}."]
    if [p.name for p in found.in_interval] == [p.name for p in found.on_average]:
        sentences.append("The whole 95% interval meets it there.")
    elif found.in_interval:
        sentences.append(f"For the whole 95% interval to meet it, it takes {_in_words(view, found.in_interval)}.")
    else:
        sentences.append("At no point of the grid does the whole 95% interval meet it.")
    return sentences


def _in_words(view: View, points: Sequence[Scenario]) -> str:
    named = [
        " with ".join(f"{_setting(view, axis)} {view.axis_value(point, axis):,g}" for axis in view.axes)
        for point in points[:_FEW]
    ]
    more = f" (and {len(points) - _FEW} more)" if len(points) > _FEW else ""
    return "; or ".join(named) + more


def _setting(view: View, axis: str) -> str:
    return view.factor_title(axis).replace(": ", ", ")


def _helps(axis: NDArray[np.float64], values: NDArray[np.float64], better: int) -> bool:
    """Whether the measure gets better as the setting grows."""
    there = np.isfinite(values)
    if np.ptp(axis[there]) == 0 or np.ptp(values[there]) == 0:
        return True
    return bool(spearmanr(axis[there], values[there]).statistic * (better or -1) >= 0)


def _smallest(effort: NDArray[np.float64], meets: NDArray[np.bool_]) -> list[int]:
    """Return the points that meet the target and take more effort than no other one that does."""
    chosen = np.flatnonzero(meets)
    at = effort[chosen]
    less = np.all(at[None] <= at[:, None], axis=2) & np.any(at[None] < at[:, None], axis=2)
    return [int(i) for i in chosen[~less.any(axis=1)]]


def _picture(view: View) -> Picture[Any] | None:
    points = view.points()
    if not points:
        return None
    at = {axis: sorted({view.axis_value(p, axis) for p in points}) for axis in view.axes}
    if not all(math.isfinite(value) for values in at.values() for value in values):
        return None
    what, names = view.label(view.headline), [view.factor_title(axis) for axis in view.axes]
    means = {p.name: view.mean(p.name, view.headline) for p in points}
    if len(view.axes) == 1:
        ordered = sorted(points, key=lambda p: view.axis_value(p, view.axes[0]))
        found = [Estimate(*(means[p.name][end] for end in ("mean", "ci_low", "ci_high"))) for p in ordered]
        title = f"{what} along {names[0]}, with 95% intervals"
        curve = AxisCurve(names[0], what, at[view.axes[0]], found, view.target_line(view.headline))
        return Picture("grid", title, curve, draw_axis_curve)
    across, up = view.axes
    shape = (len(at[up]), len(at[across]))
    values, meets = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for p in points:
        cell = at[up].index(view.axis_value(p, up)), at[across].index(view.axis_value(p, across))
        values[cell], meets[cell] = means[p.name]["mean"], view.share_met(p.name, view.headline)[1]
    if not np.isfinite(values).any():
        return None
    title = f"{what} by {names[0]} and {names[1]}; a line separates the points that meet the target"
    data = GridMap((names[0], names[1]), at[across], at[up], values, meets, view.unit, view.better > 0)
    return Picture("grid", title, data, draw_grid)
