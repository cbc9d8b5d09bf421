"""Harm of delay: what each delayed day adds to the chance of something bad."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Harm:
    """What delay adds to a probability: a share for each delayed day, which may depend on how long the delay lasts.

    Days delayed run from the stamp ``ready`` to the stamp ``discharged`` (or to now, before it).

    Attributes
    ----------
    pieces : tuple of (float, float)
        Pieces of (delayed day from which it counts, share for each day from there to the next piece), in order:
        ``((0.0, 0.002), (7.0, 0.0005))`` is 0.002 a day in the first week and 0.0005 a day after it.

    Raises
    ------
    ValueError
        If a piece begins before day 0, or not after the one before it.
    """

    pieces: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse pieces that are not in order."""
        days = [day for day, _ in self.pieces]
        if days and (days[0] < 0.0 or any(b <= a for a, b in pairwise(days))):
            raise ValueError(f"the pieces of a harm must begin at rising days of 0 or more, these begin at {days}")

    @classmethod
    def per_day(cls, share: float) -> Harm:
        """Return the harm that is the same on each delayed day."""
        return cls(((0.0, share),) if share else ())


NO_HARM = Harm()
