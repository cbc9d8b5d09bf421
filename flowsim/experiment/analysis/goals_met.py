"""Which scenarios meet which goals: in how many years, how sure that is, and whether they meet all of them at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import Cube, cube
from flowsim.experiment.goals import Goal
from flowsim.measures.confidence import exact_bounds, grouped_bounds
from flowsim.measures.statistics import CONFIDENCE

_COLUMNS = [
    *("scenario", "measure", "goal", "share_met", "ci_low", "ci_high", "replications", "mean_meets"),
    *("certainty", "verdict", "estimate", "low", "high"),
]


def goals_met(replications: pd.DataFrame, goals: Mapping[str, Goal], members: int = 0) -> pd.DataFrame:
    """Return which scenarios meet which goals, in how many replications, and how sure that is.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    goals : mapping of str to Goal
        By measure.
    members : int
        How many members the ensemble has; 0 without one. Replications of one member are not independent.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and goal: ``scenario``, ``measure``, ``goal`` (such as ``at most 50``), ``share_met`` (share
        of the replications that are within its limit; NaN if the measure is undefined in all), ``ci_low`` and
        ``ci_high`` (the exact 95% interval of that share; with an ensemble, of its effective number of replications),
        ``replications`` (with a value), ``mean_meets`` (whether the mean is within the limit), ``certainty`` (that is
        asked for), and with that certainty ``verdict``, ``estimate``, ``low`` and ``high``, see
        `flowsim.experiment.goals.GoalVerdict`: of the mean, or of the share of years if the goal is on that.
    """
    values = cube(replications)
    member = _members(replications, members)
    rows = []
    for i, scenario in enumerate(values.scenarios):
        for measure, goal in goals.items():
            found = _values(values, i, measure)
            if found is not None:
                there = ~np.isnan(found)
                met = goal.met_by(found[there])
                mean_meets = bool(met.size and goal.met_by(found[there].mean()))
                judged = goal.of(measure).verdict(found, group=member)
                rows.append(
                    (
                        *(scenario, measure, goal.in_words, *_share(met, member, there), met.size, mean_meets),
                        *(goal.certainty, judged.verdict, judged.estimate, judged.low, judged.high),
                    )
                )
    return pd.DataFrame(rows, columns=_COLUMNS)


def all_goals_met(replications: pd.DataFrame, goals: Mapping[str, Goal], members: int = 0) -> pd.DataFrame:
    """Return in what share of replications each scenario is within the limits of all goals at once.

    Parameters
    ----------
    replications, goals, members
        As in `goals_met`.

    Returns
    -------
    pandas.DataFrame
        One row a scenario that has all measures: ``scenario``, ``goals`` (how many), ``share_met`` (of the replications
        in which all measures have a value), ``ci_low`` and ``ci_high`` (its exact 95% interval), ``replications``. No
        row with fewer than two goals.
    """
    values = cube(replications)
    member = _members(replications, members)
    rows = []
    for i, scenario in enumerate(values.scenarios) if len(goals) > 1 else ():
        found = [_values(values, i, measure) for measure in goals]
        known = np.array([of for of in found if of is not None])
        if len(known) == len(goals):
            there = ~np.isnan(known).any(axis=0)
            met = np.all([goal.met_by(of[there]) for goal, of in zip(goals.values(), known, strict=True)], axis=0)
            rows.append((scenario, len(goals), *_share(met, member, there), met.size))
    return pd.DataFrame(rows, columns=["scenario", "goals", "share_met", "ci_low", "ci_high", "replications"])


def _members(replications: pd.DataFrame, members: int) -> NDArray[np.int64] | None:
    return np.asarray(replications["replication"].unique() % members, dtype=np.int64) if members else None


def _values(values: Cube, scenario: int, measure: str) -> NDArray[np.float64] | None:
    """Return a measure of a scenario by replication; None if it was not measured."""
    if measure not in values.measures:
        return None
    place = values.measures.index(measure)
    return values.values[scenario, place] if values.counted[scenario, place] else None


def _share(
    met: NDArray[np.bool_], member: NDArray[np.int64] | None, there: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Return a share of replications, of those that are there, and its exact interval."""
    share = float(np.mean(met)) if met.size else np.nan
    if member is not None:
        return share, *grouped_bounds(met, member[there], CONFIDENCE, sides=2)
    low, high = exact_bounds(met.sum(), met.size, CONFIDENCE, sides=2)
    return share, float(low), float(high)
