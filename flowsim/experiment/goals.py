"""Goals: what a measure is to reach. In an experiment file they stand under `targets`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from flowsim.config.types import Section


class Goal(Section):
    """What a measure is to reach: at most or at least a value."""

    at_most: float | None = None
    """The highest value that meets it."""
    at_least: float | None = None
    """The lowest value that meets it."""
    source: str = ""
    """Where it comes from."""

    @model_validator(mode="after")
    def _one_bound(self) -> Goal:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a target has either at_most or at_least")
        return self

    @property
    def limit(self) -> float:
        """The value that is just enough."""
        return next(bound for bound in (self.at_most, self.at_least) if bound is not None)

    @property
    def in_words(self) -> str:
        """The goal in words, such as ``at most 50``."""
        return f"{'at least' if self.at_most is None else 'at most'} {self.limit:.15g}"

    def met_by(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values meet it; NaN does not."""
        found = np.asarray(values, dtype=float)
        return np.asarray(found >= self.limit if self.at_most is None else found <= self.limit)
