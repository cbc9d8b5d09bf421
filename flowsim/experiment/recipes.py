"""Recipes: what makes a scenario, before it is built."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowsim.config.changes import with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.experiment.problems import LocatedChange
from flowsim.experiment.scenario import Scenario


@dataclass(frozen=True)
class Recipe:
    """What makes a scenario, before it is built.

    Attributes
    ----------
    name, title : str
        As in `flowsim.experiment.scenario.Scenario`.
    interventions : mapping of str to DeployedIntervention
        What is put in place, in order.
    changes : tuple of LocatedChange
        Changes to the base, in order.
    levels : mapping of str to object
        As in `flowsim.experiment.scenario.Scenario`.
    keys : tuple
        Where in the experiment file it comes from.
    """

    name: str
    title: str = ""
    interventions: Mapping[str, DeployedIntervention] = field(default_factory=dict)
    changes: tuple[LocatedChange, ...] = ()
    levels: Mapping[str, Any] = field(default_factory=dict)
    keys: Keys = ()


def combined(factors: Sequence[Recipe], chosen: Collection[str]) -> Recipe:
    """Return some factors together.

    Name and configuration depend on which they are, not on the order in which they were chosen: the name is that of
    `name_of`, and they apply in the order of `factors`.
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
        name=name_of(factor.name for factor in within),
        title=title,
        interventions={name: place for factor in within for name, place in factor.interventions.items()},
        changes=tuple(change for factor in within for change in factor.changes),
        levels={factor.name: factor.name in chosen for factor in factors},
        keys=within[0].keys if len(within) == 1 else ("design", "of"),
    )


def name_of(factors: Iterable[str]) -> str:
    """Return the name of the scenario that has some factors: theirs, sorted and joined by ``+``."""
    return "+".join(sorted(factors))


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


def _made(base: CityConfig, recipe: Recipe) -> CityConfig:
    interventions = {**base.interventions, **recipe.interventions}
    # Scenarios without changes of their own share all but their interventions with the base.
    config = base.model_copy(update={"interventions": interventions})
    if recipe.changes:
        config = with_changes(config, [change.change for change in recipe.changes])
    return config
