"""Named random streams: the same (seed, replication, name) gives the same numbers, on any machine.

The numbers are those of numpy's Philox generator (Philox4x64-10: Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", SC11). It has no state but a counter, so that the millionth number costs no more than the
first. numpy takes as long to set up a stream as to draw thousands of numbers, and a cohort takes scattered numbers from
thousands of streams. So they are computed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from flowsim.model.compiled import compiled

_MULTIPLIERS = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_KEY_STEPS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
_HALF, _LOW_HALF = np.uint64(32), np.uint64(0xFFFFFFFF)
_UNUSED_BITS = np.uint64(11)  # a double holds 53 of the 64 bits
_UNIT = 2.0**-53


class Streams:
    """The random streams of one replication.

    Each name has a Philox generator of its own, keyed by a hash of (seed, replication, name), so that a quantity that
    is added, or drawn more often, changes no other.

    Parameters
    ----------
    seed, replication : int
        What the run is identified by.
    """

    def __init__(self, seed: int, replication: int):
        self.seed, self.replication = seed, replication

    def uniform(self, name: str, n: int) -> NDArray[np.float64]:
        """Return the first `n` uniforms in [0, 1) of the stream called `name`; a longer draw begins with a shorter."""
        everything = np.arange(n, dtype=np.int32)
        return self.uniforms([name], np.zeros(n, dtype=np.int32), everything, everything)

    def uniforms(
        self,
        names: Iterable[str],
        stream: NDArray[np.int32],
        position: NDArray[np.int32],
        rows: NDArray[np.integer],
    ) -> NDArray[np.float64]:
        """Return single uniforms in [0, 1) from several streams, one for each of some rows of a table.

        Parameters
        ----------
        names : iterable of str
            The streams.
        stream, position : numpy.ndarray of int32
            The table: for each row, the index of its stream in `names`, and its place in that stream, from 0.
        rows : numpy.ndarray of int
            The rows to draw for. It is fast where neighbours are neighbours in a stream too, because four numbers are
            made at once.
        """
        prefix = f"{self.seed}/{self.replication}/"
        digests = [hashlib.blake2b((prefix + name).encode(), digest_size=16).digest() for name in names]
        keys = np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64).reshape(-1, 2)
        return _uniforms(keys, stream, position, rows)


@compiled
def _uniforms(
    keys: NDArray[np.uint64],
    stream: NDArray[np.int32],
    position: NDArray[np.int32],
    rows: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Return the uniform of each of these rows, given the key of each stream."""
    uniforms = np.empty(rows.size)
    four = np.empty(4, dtype=np.uint64)
    its_stream, its_counter = -1, -1
    for i, row in enumerate(rows):
        counter, word = position[row] // 4, position[row] % 4
        if counter != its_counter or stream[row] != its_stream:
            its_stream, its_counter = stream[row], counter
            key = keys[its_stream]
            four[0], four[1], four[2], four[3] = _philox(key[0], key[1], np.uint64(counter + 1))  # numpy counts from 1
        uniforms[i] = (four[word] >> _UNUSED_BITS) * _UNIT
    return uniforms


@compiled
def _philox(k0: np.uint64, k1: np.uint64, counter: np.uint64) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four words that Philox4x64-10 makes of a key and a counter."""
    a, b, c, d = counter, np.uint64(0), np.uint64(0), np.uint64(0)
    for _ in range(_ROUNDS):
        low0, high0 = a * _MULTIPLIERS[0], _high_word(a, _MULTIPLIERS[0])
        low1, high1 = c * _MULTIPLIERS[1], _high_word(c, _MULTIPLIERS[1])
        a, b, c, d = high1 ^ b ^ k0, low1, high0 ^ d ^ k1, low0
        k0, k1 = k0 + _KEY_STEPS[0], k1 + _KEY_STEPS[1]
    return a, b, c, d


@compiled
def _high_word(x: np.uint64, y: np.uint64) -> np.uint64:
    """Return the upper 64 bits of the product of two 64-bit words."""
    x_low, x_high = x & _LOW_HALF, x >> _HALF
    y_low, y_high = y & _LOW_HALF, y >> _HALF
    middle = x_high * y_low + (x_low * y_low >> _HALF)
    carried = x_low * y_high + (middle & _LOW_HALF)
    return x_high * y_high + (middle >> _HALF) + (carried >> _HALF)
