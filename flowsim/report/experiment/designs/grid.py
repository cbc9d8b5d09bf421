"""A grid: how much of one or two settings is enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import estimate, moments
from flowsim.experiment.goals import ENOUGH
from flowsim.experiment.scenario import Scenario
from flowsim.report import labels
from flowsim.report.caveats import CLEAR
from flowsim.report.differences import Difference, amount, signed, signed_interval
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.headline import Headline
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.sampled_settings import sample_figure
from flowsim.report.figures.curve_figures import draw_axis_curve
from flowsim.report.figures.figure_data import AxisCurve, Estimate, GridMap
from flowsim.report.figures.grid_figures import draw_grid
from flowsim.report.figures.marks import AVERAGE, DIFFERENCES, GOALS
from flowsim.report.figures.picture import Picture
from flowsim.report.labels import MINUS
from flowsim.report.page_table import PageTable

_FEW = 2
_STEPS = 12  # rows of the table
_AXES_DRAWN = 2  # more axes are drawn as a sample is


@register
class GridReport(DesignReport):
    """The least that is enough, what each step gains, and a map."""

    kind = "grid"

    def headline(self, view: View) -> Headline | None:
        """Say what is the least that meets the goal, or how far the best size is from it."""
        best = view.best
        if best is None:
            return None
        found, goal = smallest_that_meet(view), view.goal_in_words(view.headline)
        if found is None:
            text = f"More brings {_lowest(view, best)} at best; what each step gains is below."
            return Headline(text, best)
        what = f"{goal} ({labels.lower_first(view.label(view.headline))})"
        if not found.on_average:
            text = f"No size that was tried is enough for {what}: the best leaves {_lowest(view, best)}."
            return Headline(text, best, [f"That is {_in_words(view, [view.scenarios[best]])}.{_last_steps(view)}"])
        text = f"The least that is enough for {what} is {_in_words(view, found.on_average)}."
        return Headline(text, found.on_average[0].name, [_certainty(view, found)])

    def first_figure(self, view: View) -> PageFigure | None:
        """Return the curve or the map."""
        return next(iter(self.figures(view)), None)

    def first_table(self, view: View) -> PageTable | None:
        """Return what each step of each setting gains."""
        rows = [step.cells(view) for step in steps_of(view)][:_STEPS]
        if not rows:
            return None
        header = ["Setting", "From", "To", "Difference", "95% interval", "How clear"]
        several = len(view.axes) > 1
        note = f"{view.label(view.headline)}, averaged over the sizes of the other setting. " if several else ""
        note += CLEAR
        return PageTable(header, rows, note, "What each step gains")

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say how far more of each setting helps."""
        texts = [text for axis in view.axes if (text := _gains(view, axis))]
        return [("What each step gains", " ".join(texts))] if texts else []

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
        several = any(view.share_met(point.name, view.headline)[1] for point in view.points())
        met = f" {GOALS['met'].glyph} and the thick line: the average meets the goal." if several else ""
        curve = f"{AVERAGE.glyph} average; shaded band: 95% intervals; dashed: the goal."
        look = f"Darker is better.{met}" if len(view.axes) == _AXES_DRAWN else curve
        return [PageFigure(picture, f"{view.label(view.headline)}, average of the simulated {view.run_word}s. {look}")]


@dataclass(frozen=True)
class Step:
    """What a setting gains from one of its sizes to the next, averaged over the sizes of the others."""

    axis: str
    low: float
    high: float
    gain: Difference

    def cells(self, view: View) -> list[str]:
        """Return it as the row of a table."""
        ends = (_size(view, self.axis, value) for value in (self.low, self.high))
        gain = self.gain
        grade = DIFFERENCES[gain.grade].meaning
        interval = signed_interval(gain.low, gain.high, view.unit)
        return [view.factor_title(self.axis), *ends, signed(gain.value, view.unit), interval, grade]


def steps_of(view: View) -> list[Step]:
    """Return what each step of each axis gains, replication by replication."""
    table, points = view.by_replication(view.headline), view.points()
    found = []
    for axis in view.axes:
        names: dict[float, list[str]] = {}
        for point in points:
            names.setdefault(view.axis_value(point, axis), []).append(point.name)
        sizes = sorted(size for size in names if math.isfinite(size))
        for low, high in pairwise(sizes):
            if not {*names[low], *names[high]} <= set(table):
                continue
            change = (table[names[high]].mean(axis=1) - table[names[low]].mean(axis=1)).to_numpy(float)
            e = estimate(change, moments(np.abs(table[names[high]].mean(axis=1).to_numpy(float)))[0])
            ends = float(e.mean), float(e.low), float(e.high)
            found.append(Step(axis, low, high, Difference(*ends, math.nan, math.nan, view.better)))
    return found


def _gains(view: View, axis: str) -> str:
    """Say what the steps of a setting gain, and from where on a step gains little."""
    steps = [step for step in steps_of(view) if step.axis == axis]
    if not steps:
        return ""
    helps = [step.gain.value * (view.better or -1) for step in steps]
    parts = [
        f"{_size(view, axis, step.low)} to {_size(view, axis, step.high)} {signed(step.gain.value, view.unit)}"
        for step in steps[:_STEPS]
    ]
    unclear = next((step for step in steps if step.gain.grade != "better"), None)
    beyond = f" (beyond {_size(view, axis, unclear.low)} no clear gain)" if unclear and max(helps) > 0 else ""
    return f"{view.factor_title(axis)}: {', '.join(parts)}{beyond}."


def _last_steps(view: View) -> str:
    """Say what the last step of each setting gains."""
    last = {step.axis: step for step in steps_of(view)}
    gains = [f"{amount(step.gain.value, view.unit)} ({_setting(view, axis)})" for axis, step in last.items()]
    return f" The last step gains {labels.listed(gains)}." if gains else ""


def _size(view: View, axis: str, value: float) -> str:
    """Return a size of a setting; with its sign, if the sizes are changes."""
    changes = any(view.axis_value(point, axis) < 0 for point in view.points())
    return f"{value:+,g}".replace("-", MINUS).replace("+0", "0") if changes else f"{value:,g}"


def _lowest(view: View, scenario: str) -> str:
    return amount(view.mean(scenario, view.headline)["mean"], view.unit)


def _certainty(view: View, found: SmallestPoints) -> str:
    goal = view.experiment.goals[view.headline]
    if goal.in_share_of_years is not None:
        sure = f"{100 * goal.certainty:.15g}% certain"
        if [p.name for p in found.in_interval] == [p.name for p in found.on_average]:
            return f"That is {sure}."
        if found.in_interval:
            return f"To be {sure}, it takes {_in_words(view, found.in_interval)}."
        return f"At no size is it {sure}."
    if [p.name for p in found.in_interval] == [p.name for p in found.on_average]:
        return "The whole 95% interval of the average meets it there."
    if found.in_interval:
        return f"For the whole 95% interval of the average to meet it, it takes {_in_words(view, found.in_interval)}."
    return "At no size does the whole 95% interval of the average meet it."


@dataclass(frozen=True)
class SmallestPoints:
    """The points of a grid that meet the goal, and that no smaller point does as well.

    Attributes
    ----------
    on_average, in_interval : list of Scenario
        Those whose mean meets it, and those whose whole 95% interval does. With a goal on the share of years: those
        whose share meets it, and those of which that is certain.
    """

    on_average: list[Scenario]
    in_interval: list[Scenario]


def smallest_that_meet(view: View) -> SmallestPoints | None:
    """Return the smallest points of a grid that meet the goal of the headline measure; None without a goal.

    Smallest is meant setting by setting, on the side from which it gets better: of beds, few; of a delay, long.
    """
    goal, points = view.goal(view.headline), view.points()
    if goal is None or not points:
        return None
    values = np.array([view.mean(p.name, view.headline)["mean"] for p in points])
    at = np.array([[view.axis_value(p, axis) for axis in view.axes] for p in points], dtype=float)
    effort = at * [1 if _helps(column, values, view.better) else -1 for column in at.T]
    meets = np.array([view.share_met(p.name, view.headline)[1] for p in points])
    if goal.in_share_of_years is None:
        ends = np.array([[view.mean(p.name, view.headline)[end] for end in ("ci_low", "ci_high")] for p in points])
        whole = np.all(goal.met_by(ends), axis=1)
    else:
        judged = [view.judged(p.name, view.headline) for p in points]
        whole = np.array([its is not None and its.verdict == ENOUGH for its in judged])
    return SmallestPoints([points[i] for i in _smallest(effort, meets)], [points[i] for i in _smallest(effort, whole)])


def _in_words(view: View, points: Sequence[Scenario]) -> str:
    named = [
        " and ".join(f"{_setting(view, axis)} {_size(view, axis, view.axis_value(point, axis))}" for axis in view.axes)
        for point in points[:_FEW]
    ]
    more = f" (and {len(points) - _FEW} more)" if len(points) > _FEW else ""
    return "; or ".join(named) + more


def _setting(view: View, axis: str) -> str:
    return view.factor_title(axis).replace(": ", ", ")


def _helps(axis: NDArray[np.float64], values: NDArray[np.float64], better: int) -> bool:
    """Whether the measure gets better as the setting grows."""
    from scipy.stats import spearmanr  # here: it takes long to import

    there = np.isfinite(values)
    if np.ptp(axis[there]) == 0 or np.ptp(values[there]) == 0:
        return True
    return bool(spearmanr(axis[there], values[there]).statistic * (better or -1) >= 0)


def _smallest(effort: NDArray[np.float64], meets: NDArray[np.bool_]) -> list[int]:
    """Return the points that meet the goal and take more effort than no other one that does."""
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
    title = f"{what} by {names[0]} and {names[1]}; a line separates the points that meet the goal"
    data = GridMap((names[0], names[1]), at[across], at[up], values, meets, view.unit, view.better > 0)
    return Picture("grid", title, data, draw_grid)
