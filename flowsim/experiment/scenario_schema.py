"""Schema of a scenario that is written out, and of what it consists of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from flowsim.config.change_schema import Change, Dates, refuse_overlaps
from flowsim.config.types import Probability, Section
from flowsim.experiment.scenario import SCENARIO_NAME


def _usable(name: str) -> str:
    if not SCENARIO_NAME.fullmatch(name):
        raise ValueError("a name must hold only letters, digits and _ + - = . (put the rest into the title)")
    return name


def _plain(name: str) -> str:
    if not SCENARIO_NAME.fullmatch(name) or "+" in name or "=" in name:
        raise ValueError("a name must hold only letters, digits and _ - . (put the rest into the title)")
    return name


Name = Annotated[str, AfterValidator(_usable)]
PartOfName = Annotated[str, AfterValidator(_plain)]


class InterventionUse(Dates):
    """An intervention that is put in place: how far it reaches, and when."""

    name: str
    """The intervention: its name in this file, or the name of its own file without `.yaml`."""
    coverage: Probability | None = None
    """How far it reaches; everybody if neither this nor `maturity` is given."""
    maturity: str | None = None
    """How far it reaches, by a level of the maturity file."""


class Ingredients(Section):
    """What makes a scenario, or a factor of a design: interventions, changes, or both."""

    name: str
    """Unique among its kind."""
    title: str = ""
    """For people."""
    interventions: list[str | InterventionUse] = Field(default_factory=list)
    """The interventions that are put in place, in this order."""
    changes: list[Change] = Field(default_factory=list)
    """Changes to the base."""

    @model_validator(mode="after")
    def _do_not_overlap(self) -> Ingredients:
        refuse_overlaps(self.changes, both_dated=True)
        return self


class NamedScenario(Ingredients):
    """A scenario that is named by hand."""

    name: Name
    """Unique in the experiment."""
