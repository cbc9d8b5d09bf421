"""What matters most? Points that are spread evenly over the ranges of several settings."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from flowsim.config.paths import numbers_in
from flowsim.config.types import Unit
from flowsim.experiment.axes import Range, axes_fit, point_recipe
from flowsim.experiment.design_contract import FixedDesign
from flowsim.experiment.design_registry import register
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario_builder import ScenarioBuilder

_DIGITS = 6  # of a sampled value: enough to tell points apart, few enough to read


@register
class LatinHypercube(FixedDesign):
    """Points that are spread evenly over the ranges of all axes."""

    kind: Literal["latin_hypercube"]
    """Kind of the design."""
    axes: Annotated[list[Range], Field(min_length=1)]
    """The axes."""
    samples: Annotated[int, Field(ge=1, le=1_000_000), Unit("scenarios")]
    """How many points."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of the points; it has nothing to do with that of the patients."""

    def count(self) -> int:
        """Return how many points there are."""
        return self.samples

    def recipes(self, builder: ScenarioBuilder) -> Iterable[Recipe]:
        """Return the points; none if one of the axes is wrong by itself."""
        if not axes_fit(self.axes, builder):
            return ()
        numbers = numbers_in(builder.base.model_dump(mode="json", by_alias=True, round_trip=True))
        return self._points({path for path, value in numbers.items() if type(value) is int})

    def _points(self, whole: Collection[str]) -> Iterator[Recipe]:
        """Yield the points.

        Parameters
        ----------
        whole : collection of str
            Dotted paths of settings that hold whole numbers; each from the lowest to the highest is as likely.
        """
        from scipy.stats import qmc  # here: it takes nearly as long to import as all else that a run needs

        unit = qmc.LatinHypercube(len(self.axes), seed=np.random.default_rng(self.seed)).random(self.samples)
        digits = len(str(self.samples))
        for number, row in enumerate(unit, 1):
            values = [_within(axis, float(u), axis.paths[0] in whole) for axis, u in zip(self.axes, row, strict=True)]
            yield point_recipe(self.axes, values, f"sample_{number:0{digits}d}")


def _within(axis: Range, u: float, whole: bool) -> int | float:
    if whole:
        return int(axis.from_) + math.floor(u * (int(axis.to) - int(axis.from_) + 1))
    return float(f"{axis.from_ + u * (axis.to - axis.from_):.{_DIGITS}g}")
