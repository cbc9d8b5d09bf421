"""The contest of points for the least value: which to try next, and how often, given what is known.

All points meet the same patients (common random numbers), and are compared on differences between replications. In
rounds,

1. points that a surrogate expects to gain something are tried, a few replications each;
2. then every neighbour of the best so far that it cannot rule out: a step more or less of one thing, or of one thing
   less and of another more;
3. then those that cannot be told from the best have twice as many replications, until they can.

It ends when a round asks for nothing, or the runs are spent. A round depends on what the rounds before it asked for
alone, so that it goes on after an interruption as if there had been none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from flowsim.experiment.search.surrogate import Floats, Surrogate, expected_gain

Known = Callable[[int, int], "Floats | None"]
"""From the row of a candidate and a number of replications to their values (NaN failed); None if not all are known."""

BATCH = 8  # points that are tried in a round: work for 16 cores, and little that a look in between would have spared
FINALISTS = 12  # points that can be confirmed
DOUBLINGS = 3
_FEWEST = 5  # points of the first round
_LOOK = 4  # replications with which a point begins, at least
_NOTHING = 0.002  # of the range that was seen: a gain that is not worth a look
_RULED_OUT = 0.05  # of the certainty that is left: when a point is given up
_UNLIKELY = 0.05
_PRIOR_RUNS = 4.0  # what the spread of other differences counts for in the spread of one
_SWEEPS = 30
_AT_ONCE = 4096


@dataclass(frozen=True)
class Standing:
    """Where a contest stands.

    Attributes
    ----------
    looks : dict of int to int
        How many replications of each candidate decide, by its row.
    finished : bool
        Whether no more are wanted.
    contenders : list of int
        Rows of the best so far, and of those that cannot be told from it, the best first.
    open : int
        How many candidates that were not tried may be as good, by the surrogate.
    complete : bool
        Whether it ended because nothing was left to try, and not because the runs were spent.
    """

    looks: dict[int, int]
    finished: bool = False
    contenders: list[int] = field(default_factory=list)
    open: int = 0
    complete: bool = False


@dataclass(frozen=True)
class Contest:
    """Candidates, and how to find the one with the least value.

    Attributes
    ----------
    candidates : numpy.ndarray of int, shape (points, axes)
        Points of a lattice.
    shape : tuple of int
        How many values each axis of the lattice has.
    runs : int
        How many runs may be spent.
    certainty : float
        With which certainty the best is to be among the contenders.
    cities : int
        Replication r is one of city r modulo this: numbers of replications are multiples of it.
    """

    candidates: NDArray[np.int_]
    shape: tuple[int, ...]
    runs: int
    certainty: float
    cities: int = 1
    _remembered: dict[bytes, tuple[dict[int, int], list[int], int]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def look(self) -> int:
        """With how many replications a point begins."""
        return self.cities * -(-_LOOK // self.cities)

    @property
    def most(self) -> int:
        """How many replications of a point can decide."""
        result: int = self.look * 2**DOUBLINGS
        return result

    @property
    def at_first(self) -> int:
        """How many points the first round tries."""
        return min(len(self.candidates), max(2 * len(self.shape) + 2, _FEWEST))

    def standing(self, known: Known) -> Standing:
        """Return where the contest stands, given what is known."""
        looks = dict.fromkeys(self._first(), self.look)
        spent = self.look * len(looks)
        while True:
            values = {row: known(row, n) for row, n in looks.items()}
            there = {row: found for row, found in values.items() if found is not None}
            if len(there) < len(values):
                return Standing(looks)
            more, contenders, untried = self._round_of(there)
            affordable = {}
            for row, n in more.items():
                cost = n - looks.get(row, 0)
                if spent + cost <= self.runs:
                    affordable[row] = n
                    spent += cost
            if not affordable:
                return Standing(looks, True, contenders, untried, not more)
            looks |= affordable

    @property
    def _unit(self) -> Floats:
        """The candidates, each axis from 0 to 1."""
        result: Floats = self.candidates / np.maximum(1, np.array(self.shape) - 1)
        return result

    def _first(self) -> list[int]:
        """Return candidates that lie far from each other, the dearest first."""
        at = self._unit
        rows = [int(np.argmax(at.sum(axis=1)))]
        nearest = np.full(len(at), np.inf)
        while len(rows) < self.at_first:
            nearest = np.minimum(nearest, ((at - at[rows[-1]]) ** 2).sum(axis=1))
            rows.append(int(np.argmax(nearest)))
        return rows

    def _round_of(self, values: dict[int, Floats]) -> tuple[dict[int, int], list[int], int]:
        parts = [np.array([row, len(found)]).tobytes() + found.tobytes() for row, found in values.items()]
        key = hashlib.sha256(b"".join(parts)).digest()
        if key not in self._remembered:
            self._remembered[key] = self._round(values)
        return self._remembered[key]

    def _round(self, values: dict[int, Floats]) -> tuple[dict[int, int], list[int], int]:
        """Return which candidates to try how often, the contenders, and how many of the others may be as good."""
        rows = np.array(list(values))
        table = np.full((len(rows), max(len(found) for found in values.values())), np.nan)
        for i, found in enumerate(values.values()):
            table[i, : len(found)] = found
        there = ~np.isnan(table).all(axis=1)
        if not there.any():
            return {}, [], 0
        rows, table = rows[there], table[there]
        level, error = levels(table)
        at = self._unit
        surrogate = Surrogate.fit(at[rows], level, error)
        place = int(np.argmin(surrogate.mean(at[rows])))
        best = int(rows[place])
        others = np.setdiff1d(np.arange(len(at)), np.array(list(values)))
        may_be = self._may_be_better(surrogate, at, others, best)
        contenders = self._contenders(rows, table, level, place)
        untried = int((may_be > _UNLIKELY).sum())
        gain = _NOTHING * float(np.ptp(level))
        best_level = float(surrogate.mean(at[[best]])[0])
        if look := self._promising(surrogate, at, others, best_level, gain, float(np.median(error))):
            return dict.fromkeys(look, self.look), contenders, untried
        near = others[(may_be > _UNLIKELY) & neighbours(self.candidates[others], self.candidates[best])]
        if near.size:
            by_chance = dict(zip(others.tolist(), may_be.tolist(), strict=True))
            look = sorted(near.tolist(), key=lambda row: (-by_chance[row], row))[:BATCH]
            return dict.fromkeys(look, self.look), contenders, untried
        return self._race(values, contenders), contenders, untried

    def _promising(
        self, surrogate: Surrogate, at: Floats, others: NDArray[np.int_], best: float, least: float, error: float
    ) -> list[int]:
        """Return the candidates that are expected to gain more than `least`, one after the other.

        What a point will give is taken to be what is expected of it, so that the next one is chosen elsewhere (kriging
        believer: D. Ginsbourger, R. Le Riche and L. Carraro, Kriging is well-suited to parallelize optimization, 2010).
        """
        if not others.size:
            return []
        points = at[others]
        mean = _in_parts(surrogate.mean, points)
        variance = _in_parts(surrogate.variance, points)
        keep = np.argsort(-expected_gain(mean, variance, best), kind="stable")[:_AT_ONCE]
        points, mean, variance, rows = points[keep], mean[keep], variance[keep], others[keep]
        chosen: list[int] = []
        explained: list[Floats] = []
        taken: list[int] = []
        for _ in range(BATCH):
            gain = expected_gain(mean, variance, best)
            gain[taken] = -1.0
            i = int(np.argmax(gain))
            if gain[i] <= least:
                break
            taken.append(i)
            chosen.append(int(rows[i]))
            shared = surrogate.covariance(points, points[i])
            for other in explained:
                shared = shared - other * other[i]
            part = shared / np.sqrt(max(shared[i], 0.0) + error)
            explained.append(part)
            variance = np.maximum(variance - part**2, 0.0)
        return chosen

    def _may_be_better(self, surrogate: Surrogate, at: Floats, others: NDArray[np.int_], best: int) -> Floats:
        """Return how likely each of the other candidates is better than the best so far."""
        if not others.size:
            return np.zeros(0)
        own = surrogate.variance(at[[best]])[0]
        lead = _in_parts(surrogate.mean, at[others]) - surrogate.mean(at[[best]])[0]
        shared = _in_parts(lambda points: surrogate.covariance(points, at[best]), at[others])
        spread = np.sqrt(np.maximum(_in_parts(surrogate.variance, at[others]) + own - 2 * shared, 1e-300))
        result: Floats = ndtr(-lead / spread)
        return result

    def _contenders(self, rows: NDArray[np.int_], table: Floats, level: Floats, place: int) -> list[int]:
        """Return the rows of the best and of those that cannot be told from it, by paired differences.

        A spread that is estimated from a few differences is drawn towards that of all (a moderated t: G. Smyth, Linear
        models and empirical Bayes methods, Statistical Applications in Genetics and Molecular Biology 3, 2004).
        """
        apart = table - table[place]
        n = (~np.isnan(apart)).sum(axis=1)
        mean = np.where(n > 0, np.nansum(apart, axis=1) / np.maximum(n, 1), 0.0)
        squares = np.nansum((apart - mean[:, None]) ** 2, axis=1)
        free = np.maximum(n - 1, 0)
        usual = np.median(squares[free > 0] / free[free > 0]) if (free > 0).any() else 0.0
        variance = (_PRIOR_RUNS * usual + squares) / (_PRIOR_RUNS + free)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = mean / np.sqrt(variance / np.maximum(n, 1))
        t = np.where(np.isnan(t), 0.0, t)
        ruled_out = stdtr(_PRIOR_RUNS + free, -t) < _RULED_OUT * (1.0 - self.certainty)
        ruled_out[place] = False
        left = [i for i in np.argsort(level, kind="stable") if not ruled_out[i] and i != place]
        return [int(rows[i]) for i in [place, *left]]

    def _race(self, values: dict[int, Floats], contenders: list[int]) -> dict[int, int]:
        """Return the contenders that have fewest replications, and twice as many of them."""
        close = contenders[:FINALISTS]
        fewest = min(len(values[row]) for row in close)
        if len(close) == 1 or fewest >= self.most:
            return {}
        return {row: 2 * fewest for row in close if len(values[row]) == fewest}


def levels(table: Floats) -> tuple[Floats, Floats]:
    """Return the level of each point and the variance of its error, by an additive model of points and replications.

    What a replication adds to all points (its patients) is taken out, so that points with other replications can be
    compared.

    Parameters
    ----------
    table : numpy.ndarray of float, shape (points, replications)
        NaN is missing; each point has at least one value.
    """
    there = ~np.isnan(table)
    n, columns = there.sum(axis=1), there.sum(axis=0)
    kept = columns > 0
    filled = np.where(there, table, 0.0)
    level, patients = filled.sum(axis=1) / n, np.zeros(table.shape[1])
    for _ in range(_SWEEPS):
        patients[kept] = np.where(there, table - level[:, None], 0.0).sum(axis=0)[kept] / columns[kept]
        patients -= patients[kept].mean()
        level = np.where(there, table - patients, 0.0).sum(axis=1) / n
    left = np.where(there, table - level[:, None] - patients, 0.0)
    squares, free = (left**2).sum(axis=1), np.maximum(n - 1, 0)
    usual = squares.sum() / max(1, int(n.sum()) - len(n) - int(kept.sum()) + 1)
    return level, (_PRIOR_RUNS * usual + squares) / (_PRIOR_RUNS + free) / n


def neighbours(points: NDArray[np.int_], point: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Return which points are a step of one axis away from a point, or one of one axis down and another up.

    What goes up may rise by more than a step: a dear thing less pays for several steps of a cheap one.
    """
    steps = points - point
    up, down = (steps > 0).sum(axis=1), (steps < 0).sum(axis=1)
    fell = np.where(steps < 0, -steps, 0).sum(axis=1)
    rose = np.where(steps > 0, steps, 0).sum(axis=1)
    single = (up + down == 1) & (fell + rose == 1)
    exchange = (up == 1) & (down == 1) & ((fell == 1) | (rose == 1))
    result: NDArray[np.bool_] = single | exchange
    return result


def _in_parts(of: Callable[[Floats], Floats], points: Floats) -> Floats:
    return np.concatenate([of(points[i : i + _AT_ONCE]) for i in range(0, len(points), _AT_ONCE)])
