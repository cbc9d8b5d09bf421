"""Who waits for what while holding what, and which service holds people back: the binding one.

A person who queues for a service may hold a unit of another: a bed from which they cannot move on, a place that is kept
for them while transport comes. That unit serves nobody else meanwhile; it is blocked. Counted at midnight, like delays
(`flowsim.measures.window`), and only while they queue: neither before the calendar of what they wait for is open, nor
while something is done (`flowsim.measures.delay_parts`).

**Who bears a queue.** People queue for a pool because its units are held. Of these a share is held by people who only
queue for another pool; so that share of the queue is handed on to the other pool, of which again a share is handed on,
until it stays with a pool whose units are in use for its own work. With q the delayed people who queue for each pool, B
the share of the units in use of each pool (rows) that is blocked by a queue for another (columns), and a = 1 - the sums
of the rows of B, the pools bear ``q (I - B)^-1 diag(a)``: the absorption of a Markov chain (J. Kemeny and J. Snell,
Finite Markov Chains, 1960, section 3.3). It adds up to q. Vacancies are consumed and cannot be blocked. Pools that
block nothing but each other, with no unit left for work of their own, keep their own queues.

The *binding service* is the one that bears most. This is an accounting, and no prediction: it takes the mean of a run,
in which a pool may be blocked at other times than it is queued for; it ignores who would be served next; it counts
somebody who holds units of two pools (a ward bed, and the place kept for them) with each. What one more unit would do
is found by simulating it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.measures.delay_parts import DelayParts, WaitingFor
from flowsim.measures.dtoc import Delays
from flowsim.measures.flow import Holdings
from flowsim.measures.stays import Floats
from flowsim.measures.window import Window
from flowsim.model.compiled import compiled
from flowsim.model.network import Network

NOTHING = "nothing"
_ENOUGH = 1e-9  # a share of units in their own work that counts as some


@dataclass(frozen=True)
class Blocking:
    """People who queue, by what they hold; all are means over the midnights of the window.

    Attributes
    ----------
    pools : tuple of str
        The names of `Network.pools`.
    people, delayed : numpy.ndarray of float, shape (pools + 1, pools)
        People, and delayed ones among them, who hold a unit of one pool (the last row: of none) and queue for another.
    queueing : numpy.ndarray of float, shape (pools,)
        Delayed people who queue for each pool, each counted once.
    in_use : numpy.ndarray of float, shape (pools,)
        Units in use.
    """

    pools: tuple[str, ...]
    people: Floats
    delayed: Floats
    queueing: Floats
    in_use: Floats

    @classmethod
    def from_log(
        cls,
        network: Network,
        log: JourneyLog,
        waiting: WaitingFor,
        delays: Delays,
        parts: DelayParts,
        holdings: Holdings,
        in_use: NDArray[np.int64],
        window: Window,
    ) -> Blocking:
        """Read off a log who waits for what while holding what."""
        pools, first, last = len(network.pools), window.start + 1.0, window.end + 1.0
        is_held = np.array([pool.kind != "vacancies" for pool in network.pools], dtype=np.bool_)
        held = is_held, holdings.row, holdings.pool, holdings.taken, holdings.released
        row, begins, ends = _queues(log, waiting, first, last)
        everybody = _by_held(begins, ends, row, waiting.pool[log.activity[row]], log.spell, *held, pools, first, last)
        delayed = _by_held(
            parts.queues,
            parts.starts,
            delays.row,
            waiting.pool[log.activity[delays.row]],
            log.spell,
            *held,
            pools,
            first,
            last,
        )
        days = window.horizon
        return cls(
            tuple(pool.name for pool in network.pools),
            everybody[:-1] / days,
            delayed[:-1] / days,
            delayed[-1] / days,
            np.where(is_held, in_use.sum(axis=1), 0) / days,
        )

    def table(self) -> pd.DataFrame:
        """Return ``held``, ``awaited``, ``people``, ``delayed_people``: what somebody holds while queueing for what."""
        held, awaited = (index.ravel() for index in np.indices(self.people.shape))
        names = np.array([*self.pools, NOTHING], dtype=object)
        return pd.DataFrame(
            {
                "held": names[held],
                "awaited": names[awaited],
                "people": self.people.ravel(),
                "delayed_people": self.delayed.ravel(),
            }
        )

    def binding_table(self) -> pd.DataFrame:
        """Return who bears the queues: ``service``, delayed ``people_waiting`` for it, and those whose wait it bears.

        ``people_itself`` are those of ``people_waiting`` whom it hands on to no other, and ``people_through_blocking``
        those who wait for services that are blocked by people who queue for it.
        """
        itself, through = borne(self.queueing, self.people[:-1], self.in_use)
        return pd.DataFrame(
            {
                "service": np.array(self.pools, dtype=object),
                "people_waiting": self.queueing,
                "people_itself": itself,
                "people_through_blocking": through,
            }
        )


def borne(queueing: Floats, blocked: Floats, in_use: Floats) -> tuple[Floats, Floats]:
    """Return how much of all queues each pool bears: of its own, and of those of others. They add up to `queueing`.

    Parameters
    ----------
    queueing : numpy.ndarray of float, shape (pools,)
        People who queue for each pool.
    blocked : numpy.ndarray of float, shape (pools, pools)
        Units of each pool that are held by people who queue for another.
    in_use : numpy.ndarray of float, shape (pools,)
        Units in use of each.
    """
    share = np.divide(blocked, in_use[:, None], out=np.zeros_like(blocked), where=in_use[:, None] > 0)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1.0)  # of those who hold two units of a pool
    works = share.sum(axis=1) < 1.0 - _ENOUGH
    for _ in works:  # a pool leads to one that works, or to one that leads there
        works |= (share[:, works] > _ENOUGH).any(axis=1)
    share[~works] = 0.0
    stays_with: Floats = np.linalg.inv(np.eye(works.size) - share) * (1.0 - share.sum(axis=1))
    itself = queueing * np.diagonal(stays_with)
    return itself, np.maximum(queueing @ stays_with - itself, 0.0)


def _queues(log: JourneyLog, waiting: WaitingFor, first: float, last: float) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return the rows of the log that queue for a pool at a midnight from `first` on and before `last`, and when."""
    vain = np.where(np.isnan(log.ended), log.until, log.ended)
    ends = np.where(np.isnan(log.started), vain, log.started)
    waits = (log.started != log.requested) & (log.requested < last) & (ends > first)
    waits &= (waiting.pool[log.activity] >= 0) & (np.ceil(ends) != np.ceil(log.requested))
    row = np.flatnonzero(waits)
    return row, waiting.queue_begins(log.requested[row], log.activity[row]), ends[row]


@compiled
def _by_held(
    begins: Floats,
    ends: Floats,
    row: NDArray[np.intp],
    awaited: NDArray[np.intp],
    spell: NDArray[np.int32],
    is_held: NDArray[np.bool_],
    held_row: NDArray[np.intp],
    held_pool: NDArray[np.intp],
    taken: Floats,
    released: Floats,
    pools: int,
    first: float,
    last: float,
) -> NDArray[np.int64]:
    """Count midnights from `first` on and before `last` in queues, by the pool held and the pool awaited.

    The last row but one is of those who hold nothing, and the last one of all, each counted once.
    """
    counts = np.zeros((pools + 2, pools), dtype=np.int64)
    for i in range(begins.size):
        begin, end = max(np.ceil(begins[i]), first), min(np.ceil(ends[i]), last)
        if not (ends[i] > begins[i] and end > begin):
            continue
        its = spell[row[i]]
        before = np.searchsorted(held_row, row[i]) - 1  # the last unit that was taken before this wait
        for midnight in range(int(begin), int(end)):
            holds, unit = False, before
            while unit >= 0 and spell[held_row[unit]] == its:
                if taken[unit] <= midnight < released[unit] and is_held[held_pool[unit]]:
                    counts[held_pool[unit], awaited[i]] += 1
                    holds = True
                unit -= 1
            if not holds:
                counts[pools, awaited[i]] += 1
            counts[pools + 1, awaited[i]] += 1
    return counts
