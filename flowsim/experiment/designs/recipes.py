"""Designs: from factors and axes to recipes of scenarios, before any of them is built."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from flowsim.config.changes import with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.experiment.experiment_schema import BestNext, Factorial, Grid, GridAxis, LatinHypercube, OneAtATime, Range
from flowsim.experiment.problems import Said
from flowsim.experiment.scenario import SCENARIO_NAME, Scenario

ALL_TOGETHER, ALL_BUT = "all_together", "all_but_"
_DIGITS = 6  # of a sampled value: enough to tell points apart, few enough to read


@dataclass(frozen=True)
class Recipe:
    """What makes a scenario, before it is built.

    Attributes
    ----------
    name, title : str
        As in `flowsim.experiment.scenario.Scenario`.
    interventions : mapping of str to DeployedIntervention
        What is put in place, in order.
    changes : tuple of Said
        Changes to the base, in order.
    levels : mapping of str to object
        As in `flowsim.experiment.scenario.Scenario`.
    keys : tuple
        Where in the experiment file it comes from.
    """

    name: str
    title: str = ""
    interventions: Mapping[str, DeployedIntervention] = field(default_factory=dict)
    changes: tuple[Said, ...] = ()
    levels: Mapping[str, Any] = field(default_factory=dict)
    keys: Keys = ()


@dataclass(frozen=True)
class Listed:
    """Scenarios that are all known beforehand."""

    scenarios: tuple[Scenario, ...]

    @property
    def most(self) -> int:
        """How many there are."""
        return len(self.scenarios)

    def wanted(self, values: pd.DataFrame, replications: int) -> list[Scenario]:
        """Return all of them, whatever is known."""
        return list(self.scenarios)


def count(design: OneAtATime | Factorial | Grid | LatinHypercube | BestNext) -> int:
    """Return how many scenarios a design has at most, with the baseline where it is one of them; none is built."""
    if isinstance(design, Grid):
        return math.prod(len(axis.values) for axis in design.axes)
    if isinstance(design, LatinHypercube):
        return design.samples
    k = len(design.of)
    if isinstance(design, Factorial):
        return 2**k
    if isinstance(design, BestNext):
        return sum(k - step for step in range(min(design.steps or k, k)))
    return len(list(_sets_of_one_at_a_time(range(k), design)))


def one_at_a_time(factors: Sequence[Recipe], design: OneAtATime) -> list[Recipe]:
    """Return each factor alone, then ``all_together``, then ``all_but_`` each, as far as the design wants them."""
    recipes = []
    for chosen in _sets_of_one_at_a_time(range(len(factors)), design):
        recipe = combined(factors, [factors[i].name for i in chosen])
        left_out = [factors[i].name for i in range(len(factors)) if i not in chosen]
        if len(chosen) > 1:
            recipe = replace(recipe, name=f"{ALL_BUT}{left_out[0]}" if left_out else ALL_TOGETHER)
        recipes.append(recipe)
    return recipes


def factorial(factors: Sequence[Recipe]) -> list[Recipe]:
    """Return all combinations of factors but the empty one, which is the baseline: single ones first."""
    names = [factor.name for factor in factors]
    sizes = range(1, len(names) + 1)
    return [combined(factors, chosen) for size in sizes for chosen in itertools.combinations(names, size)]


def combined(factors: Sequence[Recipe], chosen: Collection[str]) -> Recipe:
    """Return some factors together.

    Name and configuration depend on which they are, not on the order in which they were chosen: the name is theirs,
    sorted and joined by ``+``, and they apply in the order of `factors`.
    """
    within = [factor for factor in factors if factor.name in chosen]
    left_out = [factor for factor in factors if factor.name not in chosen]
    if not left_out and len(within) > 1:
        title = "All together"
    elif len(left_out) == 1 and len(within) > 1:
        title = f"All but {left_out[0].title}"
    else:
        title = " + ".join(factor.title for factor in within)
    return Recipe(
        name="+".join(sorted(factor.name for factor in within)),
        title=title,
        interventions={name: place for factor in within for name, place in factor.interventions.items()},
        changes=tuple(change for factor in within for change in factor.changes),
        levels={factor.name: factor.name in chosen for factor in factors},
        keys=within[0].keys if len(within) == 1 else ("design", "of"),
    )


def grid(axes: Sequence[GridAxis]) -> Iterator[Recipe]:
    """Yield all combinations of the values of the axes; those of the last axis change fastest."""
    keys = [("design", "axes", number) for number in range(len(axes))]
    for point in itertools.product(*(range(len(axis.values)) for axis in axes)):
        yield _at(
            axes,
            [axis.values[i] for axis, i in zip(axes, point, strict=True)],
            "+".join(f"{axis.short}={_label(axis, i)}" for axis, i in zip(axes, point, strict=True)),
            keys,
        )


def latin_hypercube(axes: Sequence[Range], samples: int, seed: int, whole: Collection[str]) -> Iterator[Recipe]:
    """Yield points that are spread evenly over the ranges of all axes.

    Parameters
    ----------
    axes : sequence of Range
        Their ranges.
    samples : int
        How many points.
    seed : int
        Of the points.
    whole : collection of str
        Dotted paths of settings that hold whole numbers; each from the lowest to the highest is as likely.
    """
    unit = qmc.LatinHypercube(len(axes), seed=np.random.default_rng(seed)).random(samples)
    digits = len(str(samples))
    keys = [("design", "axes", number) for number in range(len(axes))]
    for number, row in enumerate(unit, 1):
        values = [_within(axis, float(u), axis.paths[0] in whole) for axis, u in zip(axes, row, strict=True)]
        yield _at(axes, values, f"sample_{number:0{digits}d}", keys)


def _sets_of_one_at_a_time(factors: Sequence[int], design: OneAtATime) -> list[tuple[int, ...]]:
    sets = [(factor,) for factor in factors]
    if design.all_together:
        sets.append(tuple(factors))
    if design.all_but_one:
        sets += [tuple(other for other in factors if other != factor) for factor in factors]
    return [chosen for chosen in dict.fromkeys(sets) if chosen]  # of two factors, all but one is the other alone


def build(base: CityConfig, recipe: Recipe, members: Sequence[CityConfig] = ()) -> Scenario:
    """Return the scenario that a recipe makes of a city, and of each member of its ensemble.

    Raises
    ------
    ConfigError
        If its changes do not fit the city, or a member.
    """
    return Scenario(
        name=recipe.name,
        title=recipe.title,
        config=_made(base, recipe),
        levels=recipe.levels,
        intervention_names=tuple(recipe.interventions),
        members=tuple(_made(member, recipe) for member in members),
    )


def build_together(
    base: CityConfig, members: Sequence[CityConfig], factors: Sequence[Recipe], chosen: Collection[str]
) -> Scenario:
    """Return the scenario of some factors together; see `combined` and `build`."""
    return build(base, combined(factors, chosen), members)


def _made(base: CityConfig, recipe: Recipe) -> CityConfig:
    interventions = {**base.interventions, **recipe.interventions}
    # Scenarios without changes of their own share all but their interventions with the base.
    config = base.model_copy(update={"interventions": interventions})
    if recipe.changes:
        config = with_changes(config, [change.change for change in recipe.changes])
    return config


def _at(axes: Sequence[GridAxis | Range], values: Sequence[Any], name: str, keys: Sequence[Keys]) -> Recipe:
    """Return the recipe of one point."""
    operations = [axis.operation for axis in axes]
    return Recipe(
        name=name,
        title=", ".join(_words(axis, value) for axis, value in zip(axes, values, strict=True)),
        changes=tuple(
            Said({"path": path, operation: value}, key)
            for axis, operation, value, key in zip(axes, operations, values, keys, strict=True)
            for path in axis.paths
        ),
        levels={axis.level: value for axis, value in zip(axes, values, strict=True)},
        keys=("design",),
    )


def _words(axis: GridAxis | Range, value: Any) -> str:
    what = axis.short.replace("_", " ")
    if axis.operation == "scale":
        return f"{what} × {value:g}"
    if axis.operation == "add":
        return f"{what} {value:+g}"
    return f"{what} {value}"


def _label(axis: GridAxis, number: int) -> str:
    """Return what stands for a value in the name of a scenario."""
    value = axis.values[number]
    if axis.operation == "scale":
        return f"x{value:g}"
    if axis.operation == "add":
        return f"{value:+g}" if value else "0"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if SCENARIO_NAME.fullmatch(text) else f"value_{number + 1}"


def _within(axis: Range, u: float, whole: bool) -> int | float:
    if whole:
        return int(axis.from_) + math.floor(u * (int(axis.to) - int(axis.from_) + 1))
    return float(f"{axis.from_ + u * (axis.to - axis.from_):.{_DIGITS}g}")
