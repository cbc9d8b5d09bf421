"""What must be right with a lattice before a search begins: its size, names that differ, and prices."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flowsim.experiment.axes import StepAxis
from flowsim.experiment.factors import Factors, factor_names
from flowsim.experiment.lattice import NOTHING, Lattice
from flowsim.experiment.recipes import Recipe, build
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.search.surrogate import Floats
from flowsim.experiment.uncosted import uncosted

_PENNY = 0.005


def check_names(
    axes: Sequence[StepAxis], of: Factors | None, before: Sequence[Recipe], builder: ScenarioBuilder
) -> None:
    """Report names that the scenarios of a lattice share with each other, or with those that stand before them."""
    builder.check_baseline(builder.check_names(before))
    names = factor_names(of or [])
    for i, axis in enumerate(axes):
        if axis.level in names or axis.short in names:
            builder.problems.report(("design", "axes", i), f"a factor is called {axis.short} too; rename one")
    parts = {NOTHING, *names, *(axis.short for axis in axes)}
    for recipe in before:
        if recipe.name.split("+")[0].split("=")[0] in parts:
            builder.problems.report(recipe.keys, f"a mix may be called {recipe.name} too; choose another name")


def is_small(axes: Sequence[StepAxis], of: Factors | None, at_most: int, builder: ScenarioBuilder) -> bool:
    """Return whether a search can weigh up all points; report it if they are too many. No city is built for it."""
    size = math.prod([*(axis.size for axis in axes), *(2 for _ in of or [])])
    if size > at_most:
        message = f"there are {size:,} points, more than {at_most:,}: take fewer or larger steps"
        builder.problems.report(("design",), message)
    return size <= at_most


def is_priced(lattice: Lattice, costs: Floats, builder: ScenarioBuilder, for_what: str) -> bool:
    """Return whether everything has a price; report what has none: a search would take all of it.

    Parameters
    ----------
    lattice : Lattice
        The points.
    costs : numpy.ndarray of float, of the lattice's shape
        What each point provides.
    builder : ScenarioBuilder
        Takes reports of what is wrong.
    for_what : str
        What the price is for, as the end of "has no price that could ...".
    """
    axes, before = len(lattice.axes), len(builder.problems)
    for i, length in enumerate(lattice.shape):
        alone = tuple(length - 1 if i == j else 0 for j in range(len(lattice.shape)))
        if abs(costs[alone] - costs[lattice.lowest]) <= _PENNY:
            name = lattice.axes[i].short if i < axes else lattice.factors[i - axes].name
            why = uncosted(builder.base, build(builder.base, lattice.recipe(alone)).config)
            what = "; ".join(why) or "what it provides costs nothing more"
            keys = ("design", "axes", i) if i < axes else ("design", "of", i - axes)
            builder.problems.report(keys, f"{name} has no price that could {for_what}: {what}")
    return len(builder.problems) == before
