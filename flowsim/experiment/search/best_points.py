"""What a search for the least simulated value found: the best point, those that do as well, and how clear that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from flowsim.experiment.analysis.paired import cube, estimate, moments, paired_difference
from flowsim.experiment.analysis.with_the_best import WithTheBest, with_the_best
from flowsim.experiment.design_contract import DesignRuns
from flowsim.experiment.scenario import BASELINE
from flowsim.experiment.search.contest import Standing
from flowsim.experiment.search.least_simulated import LeastSimulated
from flowsim.measures.catalogue import limits

BEST, AS_GOOD, WORSE, UNDECIDED = "best", "as good", "worse", "undecided"
_ORDER = (BEST, AS_GOOD, UNDECIDED, WORSE)


@dataclass(frozen=True)
class BestPoints:
    """What a search found.

    Attributes
    ----------
    plan : LeastSimulated
        The search.
    standing : Standing
        Where it ended.
    best : int or None
        The row of the candidate that is named best; None if no point was measured.
    verdicts : dict of int to str
        By row of every candidate that was tried: ``best``; ``as good`` (it cannot be told from the best on replications
        that did not choose it); ``worse``; ``undecided`` (the search could not tell it from the best, and had no runs
        left to confirm it).
    leads : dict of int to (float, float, float)
        Of those that were confirmed: by how much they are ahead of the best of the others, and the interval of that.
    """

    plan: LeastSimulated
    standing: Standing
    best: int | None
    verdicts: Mapping[int, str]
    leads: Mapping[int, tuple[float, float, float]]

    def rows(self, *verdicts: str) -> list[int]:
        """Return the rows of the candidates with these verdicts, in the order in which they were tried."""
        return [row for row, verdict in self.verdicts.items() if verdict in verdicts]


def best_points(plan: LeastSimulated, runs: DesignRuns) -> BestPoints:
    """Return what a search found.

    The point that the search puts first is named best, unless the replications that did not choose it show that it is
    not: then it is the one with the best mean there. Half of the doubt that the certainty leaves is for the search, and
    half for them.

    Parameters
    ----------
    plan : LeastSimulated
        The search, which has ended.
    runs : DesignRuns
        What its runs measured. Replications are taken one by one: with an ensemble, a difference is that of a member
        and its patients, and the comparison is about the mean over these members.
    """
    standing = plan.standing(runs.known)
    confirmed = plan.finalists(standing)
    rows = standing.contenders[: len(confirmed)]
    verdicts = dict.fromkeys(standing.looks, WORSE) | dict.fromkeys(standing.contenders, UNDECIDED)
    apart = runs.known[runs.known["replication"] >= plan.contest.most]
    values = cube(apart[apart["measure"] == plan.measure]).of(confirmed)[:, 0] if len(apart) else np.zeros((0, 0))
    if not rows or not np.isfinite(values).any():
        return BestPoints(plan, standing, None, verdicts, {})
    found = with_the_best(values, plan.higher, 1.0 - (1.0 - plan.certainty) / 2)
    best = 0
    if not found.may_be_best[0]:
        mean = moments(values)[0] * (1.0 if plan.higher else -1.0)
        best = int(np.nanargmax(np.where(found.may_be_best, mean, np.nan)))
    verdicts |= {row: AS_GOOD if may else WORSE for row, may in zip(rows, found.may_be_best, strict=True)}
    verdicts[rows[best]] = BEST
    return BestPoints(plan, standing, rows[best], verdicts, _leads(rows, found))


def _leads(rows: list[int], found: WithTheBest) -> dict[int, tuple[float, float, float]]:
    ends = zip(found.lead.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
    return dict(zip(rows, ends, strict=True)) if len(rows) > 1 else {}


def points_table(found: BestPoints, runs: DesignRuns) -> pd.DataFrame:
    """Return a row for each point that was tried: the best, those that do as well, those undecided, then the rest.

    Parameters
    ----------
    found : BestPoints
        What the search found.
    runs : DesignRuns
        What its runs measured.

    Returns
    -------
    pandas.DataFrame
        ``scenario``, a column for each axis and factor, ``measure``, ``value``, ``ci_low``, ``ci_high`` (95%), ``cost``
        (of what it provides, GBP a year), ``verdict``, ``lead``, ``lead_low``, ``lead_high`` (over the best of the
        others, simultaneous; NaN if it was not confirmed), ``replications`` (that tell its value).
    """
    plan = found.plan
    order = sorted(found.verdicts, key=lambda row: _ORDER.index(found.verdicts[row]))
    names = [plan.name(row) for row in order]
    of_measure = runs.values[runs.values["measure"] == plan.measure]
    levels = estimate(values := cube(of_measure).of(names)[:, 0], moments(np.abs(values))[0])
    levels = levels.within(*(float(end[0]) for end in limits([plan.measure])))
    settings = pd.DataFrame([plan.lattice.values(plan.candidates[row]) for row in order], columns=plan.lattice.names)
    lead = np.array([found.leads.get(row, (np.nan, np.nan, np.nan)) for row in order]).reshape(-1, 3)
    table = pd.concat([pd.DataFrame({"scenario": names}), settings], axis=1).assign(
        measure=plan.measure,
        value=levels.mean,
        ci_low=levels.low,
        ci_high=levels.high,
        cost=[float(plan.costs[plan.candidates[row]]) for row in order],
        verdict=[found.verdicts[row] for row in order],
        lead=lead[:, 0],
        lead_low=lead[:, 1],
        lead_high=lead[:, 2],
        replications=_replications(found, runs, order),
    )
    sign = -1.0 if plan.higher else 1.0
    place = table["verdict"].map(_ORDER.index)
    return table.assign(_place=place, _value=sign * table["value"]).sort_values(
        ["_place", "_value"], kind="stable", ignore_index=True
    )[list(table)]


def _replications(found: BestPoints, runs: DesignRuns, rows: list[int]) -> list[int]:
    """Return how many replications tell the value of each point."""
    confirmed = set(found.plan.finalists(found.standing))
    of_measure = runs.known[(runs.known["measure"] == found.plan.measure) & runs.known["value"].notna()]
    searched = of_measure["replication"] < found.plan.contest.most
    counted = of_measure[~(searched & of_measure["scenario"].isin(confirmed))].groupby("scenario").size()
    return [int(counted.get(found.plan.name(row), 0)) for row in rows]


def against_baseline(found: BestPoints, runs: DesignRuns, measure: str) -> tuple[float, float, float]:
    """Return how much the best point differs from the baseline in a measure, with its paired 95% interval.

    From replications that did not choose it; NaN if it is not known.
    """
    held_out = runs.held_out[runs.held_out["measure"] == measure] if len(runs.held_out) else runs.held_out
    if found.best is None or not len(held_out):
        return np.nan, np.nan, np.nan
    both = cube(held_out).of([found.plan.name(found.best), BASELINE])[:, 0]
    difference = paired_difference(both[0], both[1], *(float(end[0]) for end in limits([measure])))
    return float(difference.mean), float(difference.low), float(difference.high)


def in_short(found: BestPoints, table: pd.DataFrame) -> dict[str, Any]:
    """Return what a search found as `answer.json` holds it: the best point, what does as well, and how sure that is."""
    plan = found.plan
    rows = {plan.name(row): row for row in found.verdicts}

    def point(row: Any) -> dict[str, Any]:
        at = plan.candidates[rows[row.scenario]]
        return {
            "scenario": row.scenario,
            "levels": levels_of(plan, at),
            **known(value=row.value, ci_low=row.ci_low, ci_high=row.ci_high, cost=row.cost),
        }

    by_verdict = {verdict: list(table[table["verdict"] == verdict].itertuples()) for verdict in _ORDER}
    best = by_verdict[BEST]
    return {
        "measure": plan.measure,
        "best": point(best[0]) if best else None,
        "as_good": [point(row) for row in by_verdict[AS_GOOD]],
        "undecided": [point(row) for row in by_verdict[UNDECIDED]],
        "certainty": plan.certainty,
        "points_allowed": len(plan.candidates),
        "points_tried": len(found.verdicts),
        "not_tried_that_may_be_as_good": found.standing.open,
        "ended_because": "nothing left to try" if found.standing.complete else "runs spent",
    }


def known(**numbers: float) -> dict[str, float | None]:
    """Return numbers by name as an answer holds them: what is not known is None."""
    return {name: float(value) if np.isfinite(value) else None for name, value in numbers.items()}


def levels_of(plan: LeastSimulated, point: tuple[int, ...]) -> dict[str, Any]:
    """Return the value of each axis at a point, and whether each factor is in place."""
    axes = len(plan.lattice.axes)
    values = plan.lattice.values(point)
    return dict(zip(plan.lattice.names, [*values[:axes], *map(bool, values[axes:])], strict=True))


def money_by_part(plan: LeastSimulated, point: tuple[int, ...]) -> list[float]:
    """Return what each axis and factor of a point costs by itself, in the order of the lattice (GBP a year).

    Where two of them change the same price, their sum is not the cost of the point.
    """
    alone = (tuple(i if j == number else 0 for j in range(len(point))) for number, i in enumerate(point))
    lowest = plan.costs[plan.lattice.lowest]
    return [float(plan.costs[one] - lowest) for one in alone]
