"""Whether a point is enough, judged at several looks: each look has more replications than the one before.

Who looks again and again, and stops as soon as an answer is clear, is wrong more often than a single look would be. So
the error that is allowed is shared among the looks (Bonferroni): over all looks at a point, a verdict is wrong at most
as often as was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flowsim.experiment.goals import ENOUGH, NOT_ENOUGH, UNDECIDED, Goal, Verdict
from flowsim.experiment.search.surrogate import Floats

LOOKS = (6, 10, 16, 26, 42)


@dataclass(frozen=True)
class GoalLooks:
    """Goals, and at how many replications a point is looked at.

    Attributes
    ----------
    goals : tuple of Goal
        All of them are to be met.
    certainty : float
        Of a verdict, over all looks at a point: from 0 to 1.
    sizes : tuple of int
        How many replications each look has, ascending.
    """

    goals: tuple[Goal, ...]
    certainty: float
    sizes: tuple[int, ...] = LOOKS

    def at_look(self, values: Floats) -> Verdict:
        """Return the verdict of one look of several.

        Parameters
        ----------
        values : numpy.ndarray of float, shape (goals, replications)
            NaN is undefined, or failed.
        """
        return self._verdict(values, (1.0 - self.certainty) / len(self.sizes))

    def at_once(self, values: Floats) -> Verdict:
        """Return the verdict of a single look, such as at replications that confirm."""
        return self._verdict(values, 1.0 - self.certainty)

    def _verdict(self, values: Floats, error: float) -> Verdict:
        """Return `ENOUGH` if it is certain that all goals are met, `NOT_ENOUGH` if it is certain that one is missed.

        That all are met needs no adjustment for their number: it is wrong only where one verdict of a missed goal is.
        That any is missed does.
        """
        rows = [row[~np.isnan(row)] for row in values]
        met = [goal.verdict(row, 1.0 - error).verdict for goal, row in zip(self.goals, rows, strict=True)]
        if all(verdict == ENOUGH for verdict in met):
            return ENOUGH
        missed = [goal.verdict(row, 1.0 - error / len(rows)) for goal, row in zip(self.goals, rows, strict=True)]
        return NOT_ENOUGH if any(found.verdict == NOT_ENOUGH for found in missed) else UNDECIDED

    def sizes_after(self, n: int) -> Sequence[int]:
        """Return the sizes of the looks that follow one of `n` replications."""
        return [size for size in self.sizes if size > n]
