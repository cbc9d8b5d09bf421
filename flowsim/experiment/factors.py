"""Factors: what a design puts in place or leaves out as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_schema import Ingredients, InterventionUse, PartOfName


class Factor(Ingredients):
    """Something that a design puts in place or leaves out as a whole."""

    name: PartOfName
    """Unique in the design."""


Factors = Annotated[list[str | Factor], Field(min_length=1)]


def factor_names(of: Sequence[str | Factor]) -> list[str]:
    """Return the names of factors, in their order."""
    return list(dict.fromkeys(part if isinstance(part, str) else part.name for part in of))


def factor_recipes(of: Sequence[str | Factor], builder: ScenarioBuilder) -> list[Recipe]:
    """Return the recipe of each factor alone, in their order; report what is wrong with them.

    Parameters
    ----------
    of : sequence of str or Factor
        As the design's setting `of` has them.
    builder : ScenarioBuilder
        Knows the interventions.
    """
    factors: dict[str, Recipe] = {}
    for i, part in enumerate(of):
        keys = ("design", "of", i)
        if isinstance(part, str):
            place = builder.library.place(InterventionUse(name=part), keys)
            recipe = Recipe(part, builder.library.title(part), {part: place} if place else {}, keys=keys)
        else:
            recipe = builder.recipe(part, keys)
        if recipe.name in factors:
            builder.problems.report(keys, f"the factor {recipe.name} is named twice")
        factors.setdefault(recipe.name, recipe)
    return list(factors.values())
