"""Axes: settings that a design gives different values."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, model_validator

from flowsim.config.history_numbers import OPERATIONS
from flowsim.config.paths import is_place
from flowsim.config.types import Positive, Section
from flowsim.experiment.problems import LocatedChange
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario import SCENARIO_NAME
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_schema import PartOfName

_ROUNDING = 1e-9


class Axis(Section):
    """A setting, or several that move together; a subclass says which values."""

    path: str | Annotated[list[str], Field(min_length=1)]
    """Dotted path of the setting, or of several that move together."""
    name: PartOfName | None = None
    """What to call it in names of scenarios; by default the last part of the path, and for an entry of a
    list its name and place (`hours_3`)."""

    @property
    def operation(self) -> str:
        """How the values change the base: one of `set`, `scale` and `add`."""
        raise NotImplementedError

    @property
    def values(self) -> list[Any]:
        """The values, or the two ends of their range."""
        raise NotImplementedError

    @property
    def paths(self) -> list[str]:
        """All that move together."""
        return [self.path] if isinstance(self.path, str) else self.path

    @property
    def short(self) -> str:
        """What to call it in names of scenarios."""
        *above, last = self.paths[0].split(".")
        return self.name or ("_".join([*above[-1:], last]) if is_place(last) else last)

    @property
    def level(self) -> str:
        """What to call it among the levels of a scenario."""
        return self.name or self.paths[0]

    def label(self, number: int) -> str:
        """Return what stands for one of its values in the name of a scenario."""
        value = self.values[number]
        if self.operation == "scale":
            return f"x{value:g}"
        if self.operation == "add":
            return f"{value:+g}" if value else "0"
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return text if SCENARIO_NAME.fullmatch(text) else f"value_{number + 1}"


class GridAxis(Axis):
    """A setting and the values that it takes: one of `set` (values), `scale` (factors) and `add` (numbers)."""

    set: Annotated[list[Any], Field(min_length=1)] | None = None
    """Values."""
    scale: Annotated[list[float], Field(min_length=1)] | None = None
    """Factors by which the base is multiplied."""
    add: Annotated[list[float], Field(min_length=1)] | None = None
    """Numbers that are added to the base."""

    @model_validator(mode="after")
    def _one_operation(self) -> GridAxis:
        if sum(values is not None for values in (self.set, self.scale, self.add)) != 1:
            raise ValueError("an axis has a path and exactly one of set, scale and add")
        twice = next((value for value in self.values if self.values.count(value) > 1), None)
        if twice is not None:
            raise ValueError(f"{self.operation}: {twice} is given twice")
        return self

    @property
    def operation(self) -> str:
        """One of `set`, `scale` and `add`."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def values(self) -> list[Any]:
        """The values that it takes."""
        values: list[Any] = getattr(self, self.operation)
        return values


class Steps(Section):
    """Values at equal distances."""

    from_: Annotated[float, Field(alias="from")]
    """The lowest value."""
    to: float
    """The highest value; the last step may end below it."""
    step: Positive
    """From one value to the next."""

    @model_validator(mode="after")
    def _has_room(self) -> Steps:
        if self.from_ + self.step > self.to:
            raise ValueError(
                f"from ({self.from_:g}) to ({self.to:g}) in steps of {self.step:g} is a single value: an axis needs "
                "room for two or more"
            )
        return self

    @property
    def size(self) -> int:
        """How many values there are."""
        return int((self.to - self.from_) / self.step + _ROUNDING) + 1

    @property
    def values(self) -> list[float]:
        """The values, ascending; whole numbers as such."""
        values = (float(f"{self.from_ + i * self.step:.12g}") for i in range(self.size))
        return [int(value) if value.is_integer() else value for value in values]


class StepAxis(Axis):
    """A setting and the values between bounds at which a search may try it: one of `set`, `scale` and `add`."""

    set: Steps | None = None
    """Values."""
    scale: Steps | None = None
    """Factors by which the base is multiplied."""
    add: Steps | None = None
    """Numbers that are added to the base."""

    @model_validator(mode="after")
    def _one_operation(self) -> StepAxis:
        if sum(steps is not None for steps in (self.set, self.scale, self.add)) != 1:
            raise ValueError("an axis has a path and exactly one of set, scale and add")
        return self

    @property
    def operation(self) -> str:
        """One of `set`, `scale` and `add`."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def values(self) -> list[Any]:
        """The values, ascending."""
        return list(self._steps.values)

    @property
    def size(self) -> int:
        """How many values there are."""
        return self._steps.size

    @property
    def _steps(self) -> Steps:
        steps: Steps = getattr(self, self.operation)
        return steps


class Range(Axis):
    """A setting that takes any value between two; a whole number if it is one in the base."""

    from_: Annotated[float, Field(alias="from")]
    """The lowest value."""
    to: float
    """The highest value."""

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.from_ >= self.to:
            raise ValueError(f"from ({self.from_:g}) must be below to ({self.to:g})")
        return self

    @property
    def operation(self) -> str:
        """The values are set."""
        return "set"

    @property
    def values(self) -> list[Any]:
        """The two ends."""
        return [self.from_, self.to]


def axes_fit(axes: Sequence[Axis], builder: ScenarioBuilder) -> bool:
    """Return whether every value of every axis fits the city by itself, and no two share a name; report why not."""
    before = len(builder.problems)
    for i, axis in enumerate(axes):
        keys = ("design", "axes", i)
        if axis.short in (other.short for other in axes[:i]):
            builder.problems.report(keys, f"two axes are called {axis.short}; give one of them a name")
        for recipe in combinations([axis]):
            changes = tuple(LocatedChange(point.change, keys) for point in recipe.changes)
            builder.fits(Recipe(recipe.name, changes=changes, keys=keys))
    return len(builder.problems) == before


def combinations(axes: Sequence[Axis]) -> Iterator[Recipe]:
    """Yield every combination of the values of the axes; those of the last axis change fastest."""
    for point in itertools.product(*(range(len(axis.values)) for axis in axes)):
        yield point_recipe(
            axes,
            [axis.values[i] for axis, i in zip(axes, point, strict=True)],
            "+".join(f"{axis.short}={axis.label(i)}" for axis, i in zip(axes, point, strict=True)),
        )


def point_recipe(axes: Sequence[Axis], values: Sequence[Any], name: str) -> Recipe:
    """Return the recipe of one point: each axis has one value."""
    return Recipe(
        name=name,
        title=", ".join(_words(axis, value) for axis, value in zip(axes, values, strict=True)),
        changes=tuple(
            LocatedChange({"path": path, axis.operation: value}, ("design", "axes", number))
            for number, (axis, value) in enumerate(zip(axes, values, strict=True))
            for path in axis.paths
        ),
        levels={axis.level: value for axis, value in zip(axes, values, strict=True)},
        keys=("design",),
    )


def _words(axis: Axis, value: Any) -> str:
    what = axis.short.replace("_", " ")
    if axis.operation == "scale":
        return f"{what} × {value:g}"
    if axis.operation == "add":
        return f"{what} {value:+g}"
    return f"{what} {value}"
