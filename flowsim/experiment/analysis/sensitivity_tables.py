"""What sampled cities say: which setting moves a scenario and what it saves, and which turns the recommendation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from flowsim.experiment.analysis.global_sensitivity import MORRIS_COLUMNS, SOBOL_COLUMNS, block_size, indices
from flowsim.experiment.analysis.paired import Floats, cube, moments
from flowsim.experiment.analysis.what_turns import Surrogate, first_turn, fit
from flowsim.experiment.sampled_ranges import SampledRange
from flowsim.experiment.scenario import BASELINE
from flowsim.measures.catalogue import direction
from flowsim.measures.confidence import grouped_bounds
from flowsim.measures.statistics import CONFIDENCE

COLUMNS = [
    *("scenario", "against", "measure", "setting", "paths", "base", "from", "to", "is_factor", "why"),
    *MORRIS_COLUMNS, *SOBOL_COLUMNS,
    *("now", "at_from", "at_to", "surrogate_r2", "turns_at", "turns_to"),
]  # fmt: skip
_RECOMMENDED = 2  # scenarios that a recommendation chooses between, at least


@dataclass(frozen=True)
class Sampled:
    """Which cities are sampled.

    Attributes
    ----------
    method : str
        See `flowsim.experiment.analysis.global_sensitivity`.
    measure : str
        What is to move.
    ranges : tuple of SampledRange
        What is varied.
    points : numpy.ndarray of float, shape (cities, ranges)
        Shares of the way along each range.
    scenarios : tuple of str
        Which are run in each city: the baseline first.
    seed : int
        Of the points, and of the bootstrap.
    """

    method: str
    measure: str
    ranges: tuple[SampledRange, ...]
    points: Floats
    scenarios: tuple[str, ...]
    seed: int

    @property
    def names(self) -> list[str]:
        """What each range is called."""
        return [its.name for its in self.ranges]

    @property
    def size(self) -> int:
        """How many cities have the same patients."""
        return block_size(self.method, len(self.ranges))

    def values(self, point: Floats) -> list[float]:
        """Return the values of all settings at a point."""
        return [its.value(float(share)) for its, share in zip(self.ranges, point, strict=True)]

    def city(self, number: int) -> str:
        """Return the name of a sampled city."""
        return f"city_{number + 1:0{len(str(len(self.points)))}d}"

    def scenario(self, number: int, scenario: str) -> str:
        """Return the name that a scenario has in a sampled city."""
        return self.city(number) if scenario == BASELINE else f"{self.city(number)}+{scenario}"

    def outcomes(self, known: pd.DataFrame) -> Floats:
        """Return the measure of each scenario in each city, shape (scenarios, cities); NaN of a run that failed."""
        rows = known[known["measure"] == self.measure]
        found = dict(zip(rows["scenario"], rows["value"], strict=True))
        return np.array(
            [[found.get(self.scenario(i, name), np.nan) for i in range(len(self.points))] for name in self.scenarios]
        )


@dataclass(frozen=True)
class _Recommendation:
    """What is best in the city itself, and what comes next; numbers of scenarios. None with the baseline alone."""

    level: Floats
    sign: int
    best: int | None
    second: int | None


def sensitivity_table(sampled: Sampled, known: pd.DataFrame, itself: pd.DataFrame) -> pd.DataFrame:
    """Return how each setting moves each scenario, what it saves, and what divides the two best.

    Parameters
    ----------
    sampled : Sampled
        Which cities were sampled.
    known : pandas.DataFrame
        Every replication of everything: ``scenario``, ``replication``, ``measure``, ``value``.
    itself : pandas.DataFrame
        The same columns, of the scenarios of the city itself; independent of one another.

    Returns
    -------
    pandas.DataFrame
        One row a setting for each outcome: the level of the baseline (``against`` is empty), and the difference of each
        scenario from the one that it is held ``against``: from the baseline, and of the best from the second best. The
        setting has its ``paths``, its value in the city (``base``), its range (``from``, ``to``; factors where
        ``is_factor``) and ``why`` that. Then the indices of the method (see
        `flowsim.experiment.analysis.global_sensitivity`), and what the surrogate says (see
        `flowsim.experiment.analysis.what_turns`; ``surrogate_r2``): the outcome ``now``, and at either end of the range
        (``at_from``, ``at_to``). ``turns_at`` is the value, nearest to that of the city, at which another scenario is
        better (of the best: than the best; of others: the sign of the difference turns), and ``turns_to`` which; NaN
        and empty if none is within the range.
    """
    outcomes, now = sampled.outcomes(known), _recommendation(sampled, itself)
    surrogates = [fit(sampled.points, its, sampled.size) for its in outcomes]
    rows = []
    for ours, theirs, rivals in _outcomes(sampled, now):
        outcome = outcomes[ours] - (0.0 if theirs is None else outcomes[theirs])
        found = indices(sampled.method, sampled.points, outcome, sampled.seed)
        moves = fit(sampled.points, outcome, sampled.size)
        level = float(now.level[ours] - (0.0 if theirs is None else now.level[theirs]))
        for j, its in enumerate(sampled.ranges):
            ends = level + moves.change(j, its.base_share, np.array([0.0, 1.0]))
            turn = _turn(sampled, now, surrogates, j, rivals)
            rows.append(
                {
                    "scenario": sampled.scenarios[ours],
                    "against": "" if theirs is None else sampled.scenarios[theirs],
                    "measure": sampled.measure,
                    "setting": its.name,
                    "paths": " ".join(its.paths),
                    **{"base": its.base, "from": its.low, "to": its.high, "is_factor": its.is_factor, "why": its.why},
                    **{name: float(column[j]) for name, column in found.items()},
                    **{"now": level, "at_from": float(ends[0]), "at_to": float(ends[1])},
                    **{"surrogate_r2": moves.r2, "turns_at": turn[0], "turns_to": turn[1]},
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def samples_table(sampled: Sampled, known: pd.DataFrame) -> pd.DataFrame:
    """Return each sampled city: ``city``, ``replication``, the value of each setting, and the measure of each scenario.

    The columns of scenarios are called as they are; ``best`` is the best of them (empty if a run failed, or where more
    of the measure is neither better nor worse).
    """
    outcomes, sign = sampled.outcomes(known), direction(sampled.measure)
    values = np.array([sampled.values(point) for point in sampled.points])
    whole: list[bool] = (np.isfinite(outcomes).all(axis=0) & np.full(len(sampled.points), sign != 0)).tolist()
    best = np.argmax(np.where(np.isfinite(outcomes), sign * outcomes, -np.inf), axis=0)
    return pd.DataFrame(
        {
            "city": [sampled.city(i) for i in range(len(sampled.points))],
            "replication": np.arange(len(sampled.points)) // sampled.size,
            **{name: values[:, j] for j, name in enumerate(sampled.names)},
            **{name: outcomes[i] for i, name in enumerate(sampled.scenarios)},
            "best": [sampled.scenarios[i] if there else "" for i, there in zip(best, whole, strict=True)],
        }
    )


def answer_in_short(sampled: Sampled, known: pd.DataFrame, itself: pd.DataFrame, members: int) -> dict[str, Any] | None:
    """Return what is recommended and how certain that is over what nobody knows; None with the baseline alone.

    Parameters
    ----------
    sampled, known, itself
        As in `sensitivity_table`.
    members : int
        How many members the ensemble has; 0 without one.

    Returns
    -------
    dict
        ``measure``; ``recommended`` and ``second``; of how many ``cities``, in what share ``stays_best``, with its
        exact 95% interval ``low`` to ``high`` (of the effective number of independent cities: those of one block have
        the same patients and differ in one setting each); ``best_in``, the share of each scenario; and with an ensemble
        the number of ``members`` and the numbers of those in which another is best (``otherwise``, with which).
    """
    now = _recommendation(sampled, itself)
    if now.best is None or now.second is None:
        return None
    outcomes = sampled.outcomes(known)
    whole = np.isfinite(outcomes).all(axis=0)
    best = np.argmax(now.sign * outcomes[:, whole], axis=0) if whole.any() else np.empty(0, dtype=int)
    block = (np.arange(len(sampled.points)) // sampled.size)[whole]
    stays = best == now.best
    low, high = grouped_bounds(stays, block, CONFIDENCE, sides=2)
    share = float(stays.mean()) if stays.size else np.nan
    found: dict[str, Any] = {
        "measure": sampled.measure,
        "method": sampled.method,
        "recommended": sampled.scenarios[now.best],
        "second": sampled.scenarios[now.second],
        "cities": int(stays.size),
        **{name: _or_none(end) for name, end in (("stays_best", share), ("low", low), ("high", high))},
        "best_in": {
            name: _or_none(float(np.mean(best == i))) for i, name in enumerate(sampled.scenarios) if stays.size
        },
    }
    if members:
        found |= {"members": members, "otherwise": _otherwise(sampled, known, now, members)}
    return found


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _recommendation(sampled: Sampled, itself: pd.DataFrame) -> _Recommendation:
    rows = itself[itself["measure"] == sampled.measure]
    level = moments(cube(rows).of(sampled.scenarios)[:, 0])[0]
    sign = direction(sampled.measure)
    if len(level) < _RECOMMENDED or not sign or not np.isfinite(level).all():
        return _Recommendation(level, sign, None, None)
    order = np.argsort(-sign * level, kind="stable")
    return _Recommendation(level, sign, int(order[0]), int(order[1]))


def _outcomes(sampled: Sampled, now: _Recommendation) -> Iterator[tuple[int, int | None, list[int]]]:
    """Yield each outcome: a scenario, what it is held against, and which scenarios could be better than the first."""
    yield 0, None, []
    for ours in range(1, len(sampled.scenarios)):
        yield ours, 0, [0, ours]
    if now.best is not None and now.second is not None and now.best and now.second:
        yield now.best, now.second, list(range(len(sampled.scenarios)))


def _turn(
    sampled: Sampled, now: _Recommendation, surrogates: list[Surrogate], setting: int, rivals: list[int]
) -> tuple[float, str]:
    """Return at which value of a setting another one of some scenarios is the best of them, and which."""
    if not rivals or not now.sign:
        return np.nan, ""
    level = now.level[rivals]
    first = int(np.argmax(now.sign * level))
    its = sampled.ranges[setting]
    turn = first_turn(level, [surrogates[i] for i in rivals], setting, its.base_share, now.sign, first)
    return (np.nan, "") if turn is None else (its.value(turn.share), sampled.scenarios[rivals[turn.scenario]])


def _otherwise(sampled: Sampled, known: pd.DataFrame, now: _Recommendation, members: int) -> dict[str, str]:
    """Return which scenario is best in the members of an ensemble where it is not the recommended one."""
    rows = known[(known["measure"] == sampled.measure) & known["scenario"].isin(sampled.scenarios)]
    means = rows.groupby([rows["replication"] % members, "scenario"])["value"].mean().unstack()
    means = means.reindex(columns=list(sampled.scenarios)).dropna()
    best = np.argmax(now.sign * means.to_numpy(dtype=float), axis=1)
    return {str(member): sampled.scenarios[i] for member, i in zip(means.index, best, strict=True) if i != now.best}
