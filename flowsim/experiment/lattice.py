"""A lattice: every combination of the steps of some axes and of what may be put in place or not.

A point is a tuple of whole numbers: one for each axis (which of its values), then one for each factor (1 is in place).
More of an axis or a factor is further up. What a point provides has a price that is known beforehand.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.axes import StepAxis, point_recipe
from flowsim.experiment.recipes import Recipe, build
from flowsim.measures.provided_cost import provided_cost

Point = tuple[int, ...]

NOTHING = "nothing_more"
"""The scenario of a lattice without axes in which nothing is put in place."""

_PENNY = 0.005


@dataclass(frozen=True)
class Lattice:
    """Points that a search may try.

    Attributes
    ----------
    axes : tuple of StepAxis
        Settings with their steps.
    factors : tuple of Recipe
        What may be put in place or not.
    """

    axes: tuple[StepAxis, ...]
    factors: tuple[Recipe, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has, and two for each factor."""
        return (*(len(axis.values) for axis in self.axes), *(2 for _ in self.factors))

    @property
    def size(self) -> int:
        """How many points there are."""
        return math.prod(self.shape)

    @property
    def names(self) -> list[str]:
        """What each axis and each factor is called among the levels of a scenario."""
        return [*(axis.level for axis in self.axes), *(factor.name for factor in self.factors)]

    @property
    def lowest(self) -> Point:
        """The point with the least of everything."""
        return (0,) * len(self.shape)

    @property
    def highest(self) -> Point:
        """The point with the most of everything."""
        return tuple(length - 1 for length in self.shape)

    def points(self) -> Iterator[Point]:
        """Yield every point; those of the last axis or factor change fastest."""
        return itertools.product(*(range(length) for length in self.shape))

    def values(self, point: Point) -> list[float]:
        """Return the value of each axis, and 0 or 1 for each factor."""
        return [*(axis.values[i] for axis, i in zip(self.axes, point, strict=False)), *point[len(self.axes) :]]

    def recipe(self, point: Point) -> Recipe:
        """Return what makes the scenario of a point."""
        values = self.values(point)[: len(self.axes)]
        chosen = [factor for factor, on in zip(self.factors, point[len(self.axes) :], strict=True) if on]
        parts = [f"{axis.short}={axis.label(i)}" for axis, i in zip(self.axes, point, strict=False)]
        recipe = point_recipe(self.axes, values, "+".join([*parts, *(factor.name for factor in chosen)]) or NOTHING)
        return replace(
            recipe,
            title=", ".join([*filter(None, [recipe.title]), *(factor.title for factor in chosen)]) or "Nothing more",
            interventions={name: place for factor in chosen for name, place in factor.interventions.items()},
            changes=(*(change for factor in chosen for change in factor.changes), *recipe.changes),
            levels=dict(zip(self.names, self.values(point), strict=True)),
        )

    def provided_costs(self, base: CityConfig) -> NDArray[np.float64]:
        """Return what each point provides costs in a year more than what the city provides (GBP).

        The costs of axes and factors add up, unless two of them change the same price (a team and its hours): then each
        point is priced by itself.

        Returns
        -------
        numpy.ndarray of float64
            Of the lattice's shape.

        Raises
        ------
        ConfigError
            If a point is no sound city.
        """
        before = provided_cost(base)

        def cost(point: Point) -> float:
            return provided_cost(build(base, self.recipe(point)).config) - before

        lowest, highest = cost(self.lowest), cost(self.highest)
        total = np.full(self.shape, lowest)
        for number, length in enumerate(self.shape):
            one_up = [tuple(i if j == number else 0 for j in range(len(self.shape))) for i in range(1, length)]
            alone = [0.0, *(cost(point) - lowest for point in one_up)]
            total += np.reshape(alone, [length if j == number else 1 for j in range(len(self.shape))])
        if abs(total[self.highest] - highest) > _PENNY * self.size:
            for point in self.points():
                total[point] = cost(point)
        return total
