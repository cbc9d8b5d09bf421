"""Schema of an experiment file."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from flowsim.config.change_schema import Change
from flowsim.config.intervention_schema import Intervention
from flowsim.config.seasons import Season, SeasonName
from flowsim.config.types import Section, Unit
from flowsim.experiment.design_registry import AnyDesign
from flowsim.experiment.goals import Goal
from flowsim.experiment.precision import Precision, Replications
from flowsim.experiment.scenario import BASELINE
from flowsim.experiment.scenario_schema import NamedScenario, PartOfName


def _of_their_measures(goals: dict[str, Goal]) -> dict[str, Goal]:
    return {measure: goal.of(measure) for measure, goal in goals.items()}


class ExperimentFile(Section):
    """A question, and how to answer it."""

    name: str
    """Title."""
    question: str = ""
    """What the experiment is to find out, in words."""
    base: str
    """Configuration file of the city, relative to this file."""
    ensemble: str | None = None
    """File of an ensemble of the base, relative to this file: every scenario is run over its members."""
    members: Annotated[int, Field(ge=2), Unit("cities")] | None = None
    """How many members of the ensemble to take, the first ones; by default as many as leave each two replications."""
    changes: list[Change] = Field(default_factory=list)
    """Changes to the base that hold for every scenario."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Seed of all random numbers; by default the base's own."""
    replications: Replications | Precision | None = None
    """How many, each with other patients, or how precise the answer is to be; by default as many as the base says."""
    baseline: str = BASELINE
    """The scenario with which the others are compared."""
    measures: Annotated[list[str], Field(min_length=1)]
    """Headline measures; the first one ranks."""
    seasons: dict[SeasonName, Season] = Field(default_factory=dict)
    """Days of which measures can be counted apart (`dtoc_patients_mean@winter`), by name; they add to the base's."""
    goals: Annotated[dict[str, Goal], AfterValidator(_of_their_measures), Field(alias="targets", default_factory=dict)]
    """What is to be reached, by measure."""
    interventions: dict[PartOfName, Intervention] = Field(default_factory=dict)
    """Interventions of this experiment alone, by name; each is used instead of one of the same name in the library."""
    scenarios: list[NamedScenario] = Field(default_factory=list)
    """Scenarios that are named by hand."""
    design: AnyDesign | None = None
    """Scenarios that are made by rule."""
