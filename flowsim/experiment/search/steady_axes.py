"""Whether more of an axis is never worse: what a search must know before it rules out points that were not tried."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import estimate, moments
from flowsim.experiment.search.goal_looks import GoalLooks
from flowsim.experiment.search.surrogate import Floats

_TRIFLE = 0.02  # of the range that was seen: harm that is too small to matter


def steady_axes(points: NDArray[np.int_], values: Mapping[int, Floats], looks: GoalLooks) -> tuple[bool, ...]:
    """Return for each axis whether more of it never made a goal clearly worse, of all pairs that differ in it alone.

    Pairs are compared replication by replication. The error that is allowed is shared among all of them.

    Parameters
    ----------
    points : numpy.ndarray of int, shape (points, axes)
        The lattice.
    values : mapping of int to numpy.ndarray of float, shape (goals, replications)
        Of the points that were tried, by row.
    looks : GoalLooks
        The goals, and the certainty.
    """
    rows = list(values)
    at = points[rows]
    pairs = [
        (rows[i], rows[j], int(np.flatnonzero(at[i] != at[j])[0]))
        for i in range(len(rows))
        for j in range(len(rows))
        if (at[i] != at[j]).sum() == 1 and (at[i] <= at[j]).all()
    ]
    steady = [True] * points.shape[1]
    for number, goal in enumerate(looks.goals):
        sign = 1.0 if goal.at_least is None else -1.0
        means = [np.nanmean(found[number]) for found in values.values() if not np.isnan(found[number]).all()]
        trifle = _TRIFLE * float(np.ptp(means)) if means else 0.0
        for less, more, axis in pairs:
            n = min(values[less].shape[1], values[more].shape[1])
            ours, theirs = sign * values[more][number, :n], sign * values[less][number, :n]
            harm = estimate(ours - theirs, moments(np.abs(theirs))[0])
            p_value = float(harm.p_value) / 2.0 if float(harm.mean) > trifle else 1.0
            if p_value * len(pairs) * len(looks.goals) < 1.0 - looks.certainty:
                steady[axis] = False
    return tuple(steady)
