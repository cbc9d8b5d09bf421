"""How much is enough? Every combination of the values of some settings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from flowsim.experiment.axes import GridAxis, axes_fit, combinations
from flowsim.experiment.design_contract import FixedDesign
from flowsim.experiment.design_registry import register
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario_builder import ScenarioBuilder


@register
class Grid(FixedDesign):
    """Every combination of the values of the axes."""

    kind: Literal["grid"]
    """Kind of the design."""
    axes: Annotated[list[GridAxis], Field(min_length=1)]
    """The axes."""

    def count(self) -> int:
        """Return how many points there are."""
        return math.prod(len(axis.values) for axis in self.axes)

    def recipes(self, builder: ScenarioBuilder) -> Iterable[Recipe]:
        """Return the points; none if one of the axes is wrong by itself."""
        return combinations(self.axes) if axes_fit(self.axes, builder) else ()
