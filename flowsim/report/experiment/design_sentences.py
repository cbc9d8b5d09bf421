"""What the designs add to the answer: in which order, what adds up, and how much is enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

from flowsim.experiment.analysis.factorial_effects import ADD_UP, INTERACTION, NEED_EACH_OTHER, OVERLAP
from flowsim.experiment.scenario import Scenario
from flowsim.report import labels
from flowsim.report.differences import more_or_less
from flowsim.report.experiment.results_view import View

_FEW = 3


def left_out_sentences(view: View) -> list[str]:
    """Say what all changes together lose if one of them is left out."""
    if view.experiment.design_kind != "one_at_a_time":
        return []
    on = {s.name: [f for f in view.factors.values() if s.levels.get(f) is True] for s in view.results.scenarios}
    whole = next((name for name, factors in on.items() if len(factors) == len(view.factors) > 1), None)
    if whole is None:
        return []
    classes: dict[str, list[tuple[float, str]]] = {"worse": [], "better": [], "unsure": []}
    for name, factors in on.items():
        if len(factors) != len(view.factors) - 1 or len(factors) < 2:
            continue
        found = view.between(name, whole, view.headline)
        missing = next(f for f in view.factors.values() if f not in factors)
        if found.grade in classes:
            text = f"“{view.factor_title(missing)}” ({more_or_less(found.value, view.unit)})"
            classes[found.grade].append((-abs(found.value), text))
    listed = {grade: labels.listed([text for _, text in sorted(rows)]) for grade, rows in classes.items() if rows}
    said = {
        "worse": "Beside all together, it is worse for certain to leave out {}.",
        "better": "It is better to leave out {}.",
        "unsure": "It makes no certain difference to leave out {}.",
    }
    return [sentence.format(listed[grade]) for grade, sentence in said.items() if grade in listed]


def order_sentences(view: View) -> list[str]:
    """Say in which order changes are made best, and where they stop to help."""
    steps = view.results.steps
    if steps is None or len(steps) < 2:
        return []
    sign = 1 if view.better > 0 else -1
    rows = list(steps.itertuples())[1:]
    parts = [f"{row.step}. {view.factor_title(row.added)} ({more_or_less(sign * row.gain, view.unit)})" for row in rows]
    sentences = [f"{'; '.join(parts)}."]
    sure = [row for row in rows if row.gain_ci_low > 0]
    if not math.isfinite(rows[0].gain_ci_low):
        return sentences
    if len(sure) == len(rows):
        sentences.append("Each step helps for certain.")
    else:
        first = next(row for row in rows if not row.gain_ci_low > 0)
        sentences.append(
            f"From step {first.step} on (“{view.factor_title(first.added)}”) it is not certain that a change helps."
        )
    return sentences


def together_sentences(view: View) -> list[str]:
    """Say which changes add up, which overlap, and which need each other."""
    effects = view.results.effects
    if effects is None:
        return []
    pairs = effects[(effects["effect"] == INTERACTION) & (effects["measure"] == view.headline)]
    if not len(pairs):
        return []
    sentences = []
    said = {
        OVERLAP: "overlap: both together do less than the sum of what each does",
        NEED_EACH_OTHER: "need each other: both together do more than the sum of what each does",
    }
    for kind, text in said.items():
        rows = pairs[pairs["together"] == kind]
        rows = rows.reindex(rows["difference"].abs().sort_values(ascending=False).index)
        if len(rows):
            named = [
                f"“{view.factor_title(row.factor)}” and “{view.factor_title(row.with_factor)}” "
                f"({more_or_less(row.difference, view.unit)} than the sum)"
                for row in rows.head(_FEW).itertuples()
            ]
            more = f", and {len(rows) - _FEW} more pairs" if len(rows) > _FEW else ""
            sentences.append(f"{'; '.join(named)}{more} {text}.")
    rest = int((pairs["together"] == ADD_UP).sum())
    if rest == len(pairs):
        sentences.append("All pairs of changes add up: what two bring together is the sum of what each brings.")
    elif rest:
        others = "other pair adds" if rest == 1 else f"other {rest} pairs add"
        sentences.append(f"The {others} up, as far as can be told.")
    return sentences


@dataclass(frozen=True)
class Enough:
    """The points of a grid that meet the target, and that no smaller point does as well.

    Attributes
    ----------
    on_average, surely : list of Scenario
        Those whose mean meets it, and those whose whole interval does.
    """

    on_average: list[Scenario]
    surely: list[Scenario]


def enough(view: View) -> Enough | None:
    """Return the smallest points of a grid that meet the target of the headline measure; None without any of these.

    Smallest is meant setting by setting, on the side from which it gets better: of beds, few; of a delay, long.
    """
    goal, points = view.goal(view.headline), view.points()
    if goal is None or not points or view.experiment.design_kind != "grid":
        return None
    values = np.array([view.mean(p.name, view.headline)["mean"] for p in points])
    at = np.array([[view.axis_value(p, axis) for axis in view.axes] for p in points], dtype=float)
    effort = at * [1 if _helps(column, values, view.better) else -1 for column in at.T]
    ends = np.array([[view.mean(p.name, view.headline)[end] for end in ("ci_low", "ci_high")] for p in points])
    if goal.at_most is not None:
        meets, surely = values <= goal.at_most, ends[:, 1] <= goal.at_most
    else:
        meets, surely = values >= goal.at_least, ends[:, 0] >= goal.at_least
    return Enough([points[i] for i in _smallest(effort, meets)], [points[i] for i in _smallest(effort, surely)])


def grid_sentences(view: View) -> list[str]:
    """Say the smallest capacities that meet the target."""
    found = enough(view)
    if found is None:
        return []
    if not found.on_average:
        return ["No point of the grid meets the target."]
    sentences = [f"The least that meets the target on average is {_points(view, found.on_average)}."]
    if [p.name for p in found.surely] == [p.name for p in found.on_average]:
        sentences.append("The whole 95% interval meets it there.")
    elif found.surely:
        sentences.append(f"For the whole 95% interval to meet it, it takes {_points(view, found.surely)}.")
    else:
        sentences.append("Nowhere does the whole 95% interval meet it.")
    return sentences


def _points(view: View, points: Sequence[Scenario]) -> str:
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
    less = (at[None] <= at[:, None]).all(axis=2) & (at[None] < at[:, None]).any(axis=2)
    return [int(i) for i in chosen[~less.any(axis=1)]]


def rank_correlations(view: View) -> dict[str, float]:
    """Return the partial rank correlation of the headline measure with each axis of a sample, the strongest first.

    Ranks of measure and axis, both less what the ranks of the other axes say of them linearly, are correlated. NaN
    where there are too few points. Source: S. Marino and others, Journal of Theoretical Biology 254, 2008.
    """
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


def sample_sentences(view: View) -> list[str]:
    """Say which settings of a sample matter most."""
    if view.experiment.design_kind != "latin_hypercube":
        return []
    known = {axis: r for axis, r in rank_correlations(view).items() if math.isfinite(r)}
    if not known:
        return []
    named = [f"“{view.factor_title(axis)}” ({labels.number(r)})" for axis, r in known.items()]
    return [
        f"What matters most, first to last: {labels.listed(named)}. The numbers are rank correlations with the other "
        "settings held fixed: 1 or −1 is a steady rise or fall, 0 is no relation."
    ]
