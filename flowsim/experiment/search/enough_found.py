"""What a search for the cheapest point that is enough found: a table of all points, and the answer in short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import cube, estimate, moments
from flowsim.experiment.design_contract import DesignRuns
from flowsim.experiment.goals import ENOUGH, NOT_ENOUGH, UNDECIDED, GoalVerdict, Verdict
from flowsim.experiment.search.enough_plan import EnoughPlan
from flowsim.experiment.search.least_enough import Standing
from flowsim.experiment.search.surrogate import Floats

CONFIRMED, TRIED, BY_OTHERS, NOT_TRIED = "confirmed", "tried", "by other points", "not tried"
MONEY = ("cost_paid", "cost_acute_delay", "cost_total")
_KEPT_OUT = "boarding_hours_mean"


@dataclass(frozen=True)
class EnoughFound:
    """What a search found.

    Attributes
    ----------
    plan : EnoughPlan
        The search.
    standing : Standing
        Where it ended.
    runs : DesignRuns
        What its runs measured.
    """

    plan: EnoughPlan
    standing: Standing
    runs: DesignRuns

    @classmethod
    def of(cls, plan: EnoughPlan, runs: DesignRuns) -> EnoughFound:
        """Return what a plan found in these runs."""
        return cls(plan, plan.standing(runs.known), runs)

    def goals_at(self, row: int) -> list[GoalVerdict]:
        """Return how a point that was tried does on each goal, from replications that did not choose it if there are.

        The bounds are one-sided: each holds with the certainty that was asked.
        """
        numbers = range(self.standing.looks[row])
        if row in self.standing.confirmed:
            numbers = range(self.plan.looks.sizes[-1], self.plan.looks.sizes[-1] + self.plan.confirm)
        values = self.plan.known(self.runs.known)(row, numbers)
        if values is None:
            return [GoalVerdict(UNDECIDED, np.nan, np.nan, np.nan) for _ in self.plan.goals]
        return [
            goal.verdict(of_goal, self.plan.certainty)
            for goal, of_goal in zip(self.plan.goals.values(), values, strict=True)
        ]

    def verdicts(self) -> tuple[list[Verdict], list[str]]:
        """Return the verdict of every point, and what it rests on."""
        search, standing = self.plan.search, self.standing
        out = search.ruled_out(standing.verdicts, standing.steady)
        above = np.zeros(len(search.points), dtype=bool)
        for row, verdict in standing.verdicts.items():
            if verdict == ENOUGH:
                above |= search.above(row, standing.steady)
        verdicts: list[Verdict] = []
        basis = []
        for row in range(len(search.points)):
            if row in standing.verdicts:
                verdicts.append(standing.verdicts[row])
                basis.append(CONFIRMED if row in standing.confirmed else TRIED)
            else:
                verdicts.append(NOT_ENOUGH if out[row] else ENOUGH if above[row] else UNDECIDED)
                basis.append(NOT_TRIED if verdicts[-1] == UNDECIDED else BY_OTHERS)
        return verdicts, basis

    def could_be_least(self) -> NDArray[np.int_]:
        """Return the rows of the points that may be the cheapest that is enough, the cheapest first."""
        search, standing = self.plan.search, self.standing
        rows = np.flatnonzero(search.could_be_least(standing.verdicts, standing.steady))
        return rows[np.lexsort((rows, search.costs[rows]))]


def sizing_table(found: EnoughFound) -> pd.DataFrame:
    """Return a row for every point: the tried ones with their values, the others with what follows for them.

    Returns
    -------
    pandas.DataFrame
        A column for each axis, then ``value``, ``ci_low``, ``ci_high`` (of the first goal: each bound holds with the
        certainty that was asked), ``cost`` (what it provides more than the city, GBP a year; in steps with
        `least_units`), ``verdict`` (on all goals), ``replications`` (that tell its value; 0 if it was not tried),
        ``basis`` (``confirmed``, ``tried``, ``by other points``, ``not tried``), ``scenario``, the same of every
        further goal (``<measure>``, ``<measure>_low``, ``<measure>_high``), and the means of ``cost_paid``,
        ``cost_acute_delay`` and ``cost_total``. By cost.
    """
    plan, standing = found.plan, found.standing
    verdicts, basis = found.verdicts()
    names = [plan.lattice.recipe(tuple(map(int, point))).name for point in plan.search.points]
    money = _means(found.runs.values, MONEY)
    rows = []
    for row, point in enumerate(plan.search.points):
        tried = row in standing.looks
        goals = found.goals_at(row) if tried else [GoalVerdict(UNDECIDED, np.nan, np.nan, np.nan) for _ in plan.goals]
        count = (plan.confirm if basis[row] == CONFIRMED else standing.looks[row]) if tried else 0
        more = {
            key: value
            for measure, goal in list(zip(plan.goals, goals, strict=True))[1:]
            for key, value in zip((measure, f"{measure}_low", f"{measure}_high"), _ends(goal), strict=True)
        }
        rows.append(
            {
                **dict(zip(plan.lattice.names, plan.lattice.values(tuple(map(int, point))), strict=True)),
                **dict(zip(("value", "ci_low", "ci_high"), _ends(goals[0]), strict=True)),
                "cost": float(plan.search.costs[row]),
                "verdict": verdicts[row],
                "replications": count,
                "basis": basis[row],
                "scenario": names[row],
                **more,
                **{measure: money.get((names[row], measure), np.nan) for measure in MONEY},
            }
        )
    return pd.DataFrame(rows).sort_values("cost", kind="stable", ignore_index=True)


def answer_in_short(found: EnoughFound) -> dict[str, Any]:
    """Return the answer as `answer.json` holds it."""
    plan, standing = found.plan, found.standing
    search, answer = plan.search, standing.answer
    shown = search.highest if answer is None else answer
    goals = found.goals_at(shown)
    could = found.could_be_least()
    at = np.array([plan.lattice.values(tuple(map(int, search.points[row]))) for row in could])
    out = search.ruled_out(standing.verdicts, standing.steady)
    verdict = ENOUGH if answer is not None else NOT_ENOUGH if out.all() else UNDECIDED
    return {
        "least": None if answer is None else _levels(plan, answer),
        "least_low": _by_axis(plan, at.min(axis=0)) if len(at) else None,
        "least_high": _by_axis(plan, at.max(axis=0)) if len(at) and answer is not None else None,
        "certainty": plan.certainty,
        "verdict": verdict,
        "scenario": plan.scenario(shown).name,
        "cost": float(search.costs[shown]),
        "confirmed": standing.confirmed.get(shown, "not tried"),
        "rejected": [plan.scenario(row).name for row, said in standing.confirmed.items() if row != shown],
        "goals": [
            {
                "measure": measure,
                "goal": plan.goals[measure].in_words,
                **dict(zip(("value", "low", "high"), map(_number, _ends(goal)), strict=True)),
                "verdict": goal.verdict,
            }
            for measure, goal in zip(plan.goals, goals, strict=True)
        ],
        "as_good": [_levels(plan, int(row)) for row in could if row != answer] if answer is not None else [],
        "not_monotone": [name for name, steady in zip(plan.lattice.names, standing.steady, strict=True) if not steady],
        "runs": len(found.runs.known[["scenario", "replication"]].drop_duplicates()),
        "points": len(search.points),
        "points_tried": len(standing.looks),
        "ended_because": "nothing left to try" if standing.complete else "runs spent",
        "notes": notes(found),
    }


def notes(found: EnoughFound) -> list[str]:
    """Return what a reader should know of the answer, in sentences."""
    plan, standing = found.plan, found.standing
    said = []
    for axis, (name, steady) in enumerate(zip(plan.lattice.names, standing.steady, strict=True)):
        if not steady:
            text = f"More {name.replace('_', ' ')} makes a goal worse, so nothing was ruled out along it."
            said.append(f"{text}{_kept_out(found, axis)}")
    for row, verdict in standing.confirmed.items():
        if verdict == NOT_ENOUGH and standing.verdicts.get(row) == NOT_ENOUGH and row != plan.search.highest:
            name = plan.scenario(row).title
            said.append(
                f"{name} looked enough, and is not in {plan.confirm} further replications that did not choose it."
            )
    if standing.answer is not None and standing.confirmed.get(standing.answer) == UNDECIDED:
        said.append(
            f"{plan.confirm} further replications neither confirm nor contradict the answer with this certainty."
        )
    if standing.answer is not None and standing.answer not in standing.confirmed:
        said.append("No runs were left to confirm the answer on replications that did not choose it.")
    if not standing.complete:
        said.append(f"The {plan.runs} runs were spent before every cheaper point was decided.")
    return said


def _kept_out(found: EnoughFound, axis: int) -> str:
    """Say so where less of an axis helps because people wait longer for a ward bed."""
    plan, values = found.plan, found.runs.values
    top = plan.search.points.max(axis=0)
    ends = [np.where(np.arange(top.size) == axis, at, 0) for at in (top, np.zeros_like(top))]
    names = [plan.lattice.recipe(tuple(map(int, point))).name for point in ends]
    rows = values[(values["measure"] == _KEPT_OUT) & values["scenario"].isin(names)]
    if not len(rows):
        return ""
    more, less = cube(rows).of(names)[:, 0]
    longer = estimate(less - more, moments(np.abs(more))[0])
    if not float(longer.low) > 0.0:
        return ""
    return (
        f" With the least of it, people in MAU or AMU wait {float(longer.mean):.1f} hours longer for a ward bed: fewer "
        "are delayed because fewer get in."
    )


def _ends(goal: GoalVerdict) -> tuple[float, float, float]:
    return goal.estimate, goal.low, goal.high


def _levels(plan: EnoughPlan, row: int) -> dict[str, Any]:
    return _by_axis(plan, plan.lattice.values(tuple(map(int, plan.search.points[row]))))


def _by_axis(plan: EnoughPlan, values: Sequence[float] | Floats) -> dict[str, Any]:
    """Return values by axis; whether a factor is in place."""
    axes = len(plan.lattice.axes)
    plain = [int(value) if float(value).is_integer() else float(value) for value in values]
    return dict(zip(plan.lattice.names, [*plain[:axes], *map(bool, plain[axes:])], strict=True))


def _means(values: pd.DataFrame, measures: Sequence[str]) -> Mapping[tuple[str, str], float]:
    rows = values[values["measure"].isin(measures)]
    return {(str(s), str(m)): float(v) for (s, m), v in rows.groupby(["scenario", "measure"])["value"].mean().items()}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
