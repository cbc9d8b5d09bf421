"""Pools: how much there is, who holds what for how long, and how many units are in use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.measures.stays import Blocks, Floats, activity_table, rows_where, until_end
from flowsim.measures.window import Window
from flowsim.model.compiled import compiled
from flowsim.model.network import Network, Pool

_HOLDS = ("activity", "place", "next_place")
_PLACE, _NEXT_PLACE = 1, 2


@dataclass(frozen=True)
class Holdings:
    """Every unit that was ever taken: one row for each row of the log that needed a pool and started.

    Attributes
    ----------
    row : numpy.ndarray of int
        Row of the log, ascending.
    pool : numpy.ndarray of int
        Index in `Network.pools`.
    taken, released : numpy.ndarray of float
        Days; what is still held at the end of the run is released at `JourneyLog.until`. For a pool of vacancies,
        whose units are consumed, `released` means nothing.
    """

    row: NDArray[np.intp]
    pool: NDArray[np.intp]
    taken: Floats
    released: Floats

    @classmethod
    def from_log(cls, network: Network, log: JourneyLog, blocks: Blocks) -> Holdings:
        """Read off a log who held what: see ``holds`` in `flowsim.model.network.Activity`.

        A unit that is held for the place serves the block in which it was taken, one for the next place the block
        after that, or, if there is none, the block in which it was taken. It is released when the block that it serves
        is left, or when another unit is taken for the same block.
        """
        index: dict[str | None, int] = {pool.name: i for i, pool in enumerate(network.pools)}
        pool_of = activity_table(network, lambda a: index.get(a.pool, -1), np.intp)
        holds_of = activity_table(network, lambda a: _HOLDS.index(a.holds), np.int8)
        rows = rows_where(network, log, lambda a: a.pool is not None)
        rows = rows[~np.isnan(log.started[rows])]
        activity, taken, released = log.activity[rows], log.started[rows], until_end(log, rows)
        _release(released, rows, holds_of[activity], taken, blocks.row, blocks.spell, blocks.left)
        return cls(rows, pool_of.take(activity), taken, released)

    def mean_in_use(self, pools: int, start: float, end: float) -> Floats:
        """Return the mean number of units in use over [start, end) (days), in continuous time; shape (pools,)."""
        held = np.clip(self.released, start, end) - np.clip(self.taken, start, end)
        return np.bincount(self.pool, held, pools) / (end - start)

    def starts(self, pools: int, start: float, end: float) -> NDArray[np.int64]:
        """Count the units taken in [start, end) (days); shape (pools,)."""
        return np.bincount(self.pool[(self.taken >= start) & (self.taken < end)], None, pools)


@compiled
def _release(
    released: Floats,
    rows: NDArray[np.intp],
    holds: NDArray[np.int8],
    taken: Floats,
    block_row: NDArray[np.intp],
    block_spell: NDArray[np.intp],
    block_left: Floats,
) -> None:
    """Write when each unit is released, where it is held for longer than its activity; one entry for each of `rows`."""
    block = -1
    here, reserved = -1, -1  # the unit that serves the block, and the one that is kept for the block after it
    for i, row in enumerate(rows):
        while block + 1 < block_row.size and block_row[block + 1] <= row:
            block += 1
            stays_in_spell = block > 0 and block_spell[block] == block_spell[block - 1]
            here, reserved = (reserved if stays_in_spell else -1), -1
        if holds[i] == _PLACE:
            if here >= 0:
                released[here] = taken[i]
            here, released[i] = i, block_left[block]
        elif holds[i] == _NEXT_PLACE:
            if reserved >= 0:
                released[reserved] = taken[i]
            comes = block + 1 < block_row.size and block_spell[block + 1] == block_spell[block]
            reserved, released[i] = i, block_left[block + 1 if comes else block]


def mean_capacity(pool: Pool, window: Window) -> float:
    """Return the mean units (or visits a day) of a pool over the window, in continuous time and without surge."""
    since, units = (np.array(values, dtype=np.float64) for values in zip(*pool.capacity, strict=True))
    until = np.append(since[1:], np.inf)
    days = np.clip(until, window.start, window.end) - np.clip(since, window.start, window.end)
    return float(days @ units) / window.horizon


def pool_usage(network: Network, log: JourneyLog, pool_name: str, start: float, end: float) -> tuple[float, int]:
    """Return how a pool was used over [start, end) (days).

    Returns
    -------
    tuple of (float, int)
        Mean units in use (in continuous time), and the number of starts.
    """
    holdings = Holdings.from_log(network, log, Blocks.from_log(network, log))
    pool, pools = network.pool_index(pool_name), len(network.pools)
    return float(holdings.mean_in_use(pools, start, end)[pool]), int(holdings.starts(pools, start, end)[pool])
