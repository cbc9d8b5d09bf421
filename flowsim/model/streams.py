"""Named random streams: whoever asks for the same (seed, replication, name) gets the same numbers, on any machine."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


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
        digest = hashlib.blake2b(f"{self.seed}/{self.replication}/{name}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little"))).random(n)
