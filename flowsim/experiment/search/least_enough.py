"""The cheapest point of a lattice that is enough: which to try next, and how often, given what is known.

What a point costs is known beforehand; whether it is enough, only a simulation tells. All points meet the same patients
(common random numbers). Where more of everything is better,

* a point that is not enough rules out all points with no more of anything,
* a point that is enough makes all dearer points superfluous.

So each round tries the points that are expected to settle most other points for each run, judged by a surrogate of
the goals: that is a bisection in several directions. First come the ends of each axis. Where more of an axis makes a
goal clearly worse, nothing is ruled out along that axis. When nothing cheaper is left, what was found is confirmed by
replications that did not choose it; if they contradict, the search goes on.

A round depends only on the rounds before it, so an interrupted search goes on as if it had not been interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from flowsim.experiment.goals import ENOUGH, NOT_ENOUGH, Verdict
from flowsim.experiment.search.goal_looks import GoalLooks
from flowsim.experiment.search.goal_surface import GoalSurface
from flowsim.experiment.search.steady_axes import steady_axes
from flowsim.experiment.search.surrogate import Floats

Known = Callable[[int, range], "Floats | None"]
"""From the row of a point and numbers of replications to values of each goal (NaN failed); None if any is missing."""

BATCH = 4  # points that are tried in a round
_PENNY = 0.005


@dataclass(frozen=True)
class Standing:
    """Where a search stands.

    Attributes
    ----------
    looks : dict of int to int
        How many replications of each point decide, by its row.
    verdicts : dict of int to Verdict
        Of the points that were tried, by their own replications; of one that was confirmed, or not, by these.
    answer : int or None
        The cheapest point that is enough; None if none is, or before the search ended.
    confirmed : dict of int to Verdict
        Of the points that were chosen, in that order, by replications that did not choose them.
    steady : tuple of bool
        For each axis, whether more of it never made a goal clearly worse.
    finished : bool
        Whether no more runs are wanted.
    complete : bool
        Whether it ended because nothing was left to try, and not because the runs were spent.
    """

    looks: dict[int, int]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    answer: int | None = None
    confirmed: dict[int, Verdict] = field(default_factory=dict)
    to_confirm: int | None = None
    steady: tuple[bool, ...] = ()
    finished: bool = False
    complete: bool = False


@dataclass(frozen=True)
class EnoughSearch:
    """Points with what they cost, and how to find the cheapest that is enough.

    Attributes
    ----------
    points : numpy.ndarray of int, shape (points, axes)
        All points of a lattice.
    costs : numpy.ndarray of float, shape (points,)
        What is to be least.
    looks : GoalLooks
        The goals, and how a point is judged.
    runs : int
        How many runs may be spent, with those that confirm.
    apart : int
        How many replications confirm what was chosen.
    batch : int
        How many points are tried in a round.
    """

    points: NDArray[np.int_]
    costs: Floats
    looks: GoalLooks
    runs: int
    apart: int
    batch: int = BATCH
    _remembered: dict[tuple[object, ...], dict[int, int]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def highest(self) -> int:
        """The row of the point with the most of everything."""
        return int(np.flatnonzero((self.points == self.points.max(axis=0)).all(axis=1))[0])

    @cached_property
    def ends(self) -> list[int]:
        """The rows of the points that show what each axis does, with the least and with the most of the others."""
        top = self.points.max(axis=0)
        wanted = [top, np.zeros_like(top)]
        for axis in range(top.size):
            one = np.arange(top.size) == axis
            wanted += [np.where(one, 0, top), np.where(one, top, 0)]
        rows = [int(np.flatnonzero((self.points == point).all(axis=1))[0]) for point in wanted]
        return list(dict.fromkeys(rows))

    @property
    def fewest_runs(self) -> int:
        """How many runs it takes to look at the ends, and to confirm one point."""
        return len(self.ends) * self.looks.sizes[0] + self.apart

    def standing(self, known: Known) -> Standing:
        """Return where the search stands, given what is known."""
        wanted = dict.fromkeys(self.ends, self.looks.sizes[0])
        values: dict[int, Floats] = {}
        verdicts: dict[int, Verdict] = {}
        confirmed: dict[int, Verdict] = {}
        while True:
            for row, n in wanted.items():
                if row in values and values[row].shape[1] == n:
                    continue
                found = known(row, range(n))
                if found is None:
                    return Standing(wanted, verdicts, None, confirmed)
                values[row], verdicts[row] = found, self.looks.at_look(found)
            steady = steady_axes(self.points, values, self.looks)
            spent = sum(wanted.values()) + self.apart * len(confirmed)
            more = self._affordable(wanted, self._next(values, verdicts, steady), self.runs - self.apart - spent)
            if more:
                wanted |= more
                continue
            complete = not self._in_question(verdicts, steady)[0].any()
            enough = [row for row, verdict in verdicts.items() if verdict == ENOUGH]
            answer = min(enough, key=lambda row: (self.costs[row], row)) if enough else None
            chosen = self.highest if answer is None else answer
            if chosen not in confirmed and self.runs - spent >= self.apart:
                apart = known(chosen, range(self.looks.sizes[-1], self.looks.sizes[-1] + self.apart))
                if apart is None:
                    return Standing(wanted, verdicts, None, confirmed, chosen, steady)
                confirmed[chosen] = self.looks.at_once(apart)
                if answer is not None and confirmed[chosen] == NOT_ENOUGH:
                    verdicts[chosen] = NOT_ENOUGH
                    continue
            return Standing(wanted, verdicts, answer, confirmed, None, steady, True, complete)

    def below(self, row: int, steady: tuple[bool, ...]) -> NDArray[np.bool_]:
        """Return which points have no more of anything than a point; of an axis that is not steady, as much."""
        less = (self.points <= self.points[row]) & np.array(steady)
        return np.asarray((less | (self.points == self.points[row])).all(axis=1))

    def above(self, row: int, steady: tuple[bool, ...]) -> NDArray[np.bool_]:
        """Return which points have no less of anything than a point; of an axis that is not steady, as much."""
        more = (self.points >= self.points[row]) & np.array(steady)
        return np.asarray((more | (self.points == self.points[row])).all(axis=1))

    def ruled_out(self, verdicts: Mapping[int, Verdict], steady: tuple[bool, ...]) -> NDArray[np.bool_]:
        """Return which points are not enough, by their own replications or by those of a point above."""
        out = np.zeros(len(self.points), dtype=bool)
        for row, verdict in verdicts.items():
            if verdict == NOT_ENOUGH:
                out |= self.below(row, steady)
        for row, verdict in verdicts.items():  # what was tried itself speaks for itself
            out[row] = verdict == NOT_ENOUGH
        return out

    def could_be_least(self, verdicts: Mapping[int, Verdict], steady: tuple[bool, ...]) -> NDArray[np.bool_]:
        """Return which points may be the cheapest that is enough: not ruled out, and no dearer than one that is."""
        return ~self.ruled_out(verdicts, steady) & (self.costs <= self._incumbent(verdicts) + _PENNY)

    def _incumbent(self, verdicts: Mapping[int, Verdict]) -> float:
        return min((float(self.costs[row]) for row, found in verdicts.items() if found == ENOUGH), default=np.inf)

    def _in_question(
        self, verdicts: Mapping[int, Verdict], steady: tuple[bool, ...]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which cheaper points are not settled, and which points cost as much as the cheapest that is enough."""
        least = self._incumbent(verdicts)
        left = ~self.ruled_out(verdicts, steady)
        equal = np.isfinite(least) & (np.abs(self.costs - least) <= _PENNY) & left
        equal[list(verdicts)] = False
        return left & (self.costs < least - _PENNY), equal

    def _next(
        self, values: Mapping[int, Floats], verdicts: Mapping[int, Verdict], steady: tuple[bool, ...]
    ) -> dict[int, int]:
        """Return which points to look at next, and with how many replications."""
        key = (*((row, found.shape[1], verdicts[row], found.tobytes()) for row, found in values.items()), steady)
        if key not in self._remembered:
            self._remembered[key] = self._choose(values, verdicts, steady)
        return self._remembered[key]

    def _choose(
        self, values: Mapping[int, Floats], verdicts: Mapping[int, Verdict], steady: tuple[bool, ...]
    ) -> dict[int, int]:
        cheaper, equal = self._in_question(verdicts, steady)
        question = cheaper if cheaper.any() else equal
        after = self._sizes_after(values)
        left = {int(row) for row in np.flatnonzero(question) if after[row]}
        if not left:
            return {}
        surface = GoalSurface.fit(self.points, values, self.looks)
        critical = float(stdtrit(self.looks.sizes[0] - 1, 1.0 - (1.0 - self.looks.certainty) / len(self.looks.sizes)))
        rows = np.array(sorted(left))
        sizes = np.array([after[row] for row in rows])
        runs = sizes - np.array([values[row].shape[1] if row in values else 0 for row in rows])
        enough, not_enough = surface.chances(rows, sizes, critical)
        likely = surface.likely_enough(rows)
        open_ = question.copy()
        chosen: dict[int, int] = {}
        dominates = {int(row): self.below(int(row), steady) for row in rows}
        for _ in range(self.batch):
            if_enough = np.array([(open_ & (self.costs >= self.costs[row] - _PENNY)).sum() for row in rows])
            if_not = np.array([(open_ & dominates[int(row)]).sum() for row in rows])
            gain = (enough * if_enough + not_enough * if_not) / runs
            gain[[i for i, row in enumerate(rows) if int(row) in chosen or not open_[row]]] = -1.0
            best = int(np.argmax(gain))
            if gain[best] < 0.0:
                break
            row = int(rows[best])
            chosen[row] = int(sizes[best])
            open_ &= (self.costs < self.costs[row] - _PENNY) if likely[best] else ~dominates[row]
            open_[row] = False
        return chosen

    def _sizes_after(self, values: Mapping[int, Floats]) -> list[int]:
        """Return how many replications the next look at each point has; 0 if there is none."""
        first = self.looks.sizes[0]
        after = [first] * len(self.points)
        for row, found in values.items():
            after[row] = next(iter(self.looks.sizes_after(found.shape[1])), 0)
        return after

    def _affordable(self, wanted: Mapping[int, int], more: Mapping[int, int], left: int) -> dict[int, int]:
        affordable = {}
        for row, n in more.items():
            cost = n - wanted.get(row, 0)
            if cost <= left:
                affordable[row] = n
                left -= cost
        return affordable
