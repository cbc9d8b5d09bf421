"""Schema of an intervention: what it changes at full effect, what it costs, and the evidence for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from flowsim.config.change_schema import Change, Dates, refuse_overlaps
from flowsim.config.errors import NO_VALUE, ConfigError, Problem
from flowsim.config.load import load
from flowsim.config.types import NonNegative, Probability, Section, Unit

MATURITY_FILE = "maturity.yaml"


class Evidence(Section):
    """One thing that is known or assumed about an intervention."""

    says: str
    """What is known or assumed."""
    source: str
    """The source, or that it is an assumption."""


class InterventionCost(Section):
    """What it costs in addition to the pools and working hours that it changes: once, and a year at a coverage of 1."""

    one_off_gbp: Annotated[NonNegative, Unit("GBP")] = 0.0
    """One-off cost."""
    per_year_gbp: Annotated[NonNegative, Unit("GBP a year")] = 0.0
    """Cost per year at a coverage of 1."""
    nhs_share: Probability | None = None
    """Share that the NHS pays; social care pays the rest. Without it, nobody knows who pays."""
    year: str | None = None
    """Financial year of the figures; that of the city's `price_base` if there is none. Nothing is converted."""
    source: str
    """Source of the figures, or that they are assumptions."""


class Intervention(Section):
    """Something that a city can do.

    `what` is what people would see; `mechanism` is how it acts in the model. `high_impact_change` is its number among
    the eight of the High Impact Change Model (2015). All but `changes` may be left out of a draft; an intervention
    without a `cost` has no known cost, which is not the same as none.
    """

    title: str = ""
    """Name in words; by default made of the name of its file."""
    what: str = ""
    """What people would see."""
    mechanism: str = ""
    """How it acts in the model."""
    high_impact_change: Annotated[int, Field(ge=1, le=8), Unit("no unit")] | None = None
    """Its number among the eight of the High Impact Change Model."""
    changes: Annotated[list[Change], Field(min_length=1)]
    """What changes at full effect."""
    cost: InterventionCost | None = None
    """What it costs in addition to the pools and working hours that it changes; not known if left out, and results then
    say that it is uncosted."""
    evidence: list[Evidence] = Field(default_factory=list)
    """The evidence for it; none is known if left out."""

    @model_validator(mode="after")
    def _does_not_overlap_itself(self) -> Intervention:
        refuse_overlaps(self.changes)
        return self

    def called(self, name: str) -> Intervention:
        """Return the same with a title, made of its name if it has none."""
        return self if self.title else self.model_copy(update={"title": name.replace("_", " ").capitalize()})


class DeployedIntervention(Dates):
    """An intervention in a city: its coverage, and when it is in place.

    A change of what happens to patients acts on each of them with the probability to which its coverage has grown when
    they first ask for something; a change of a capacity is made by that share; a changed calendar holds on that share
    of days. Dates of a single change narrow those of the intervention.
    """

    intervention: Intervention
    """The intervention."""
    coverage: Probability = 1.0
    """Share of patients, of a change of capacity, or of days on which it acts."""

    @property
    def everywhere(self) -> bool:
        """Whether it acts on everybody at all times."""
        return self.coverage == 1.0 and not self.is_dated


class _Level(Section):
    coverage: Probability


class _Maturity(Section):
    levels: Annotated[dict[str, _Level], Field(min_length=1)]
    source: str


def intervention_files(folder: Path) -> dict[str, Path]:
    """Return the file of each intervention in a folder, by its name; none if there is no such folder."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.name != MATURITY_FILE}


def load_intervention(path: Path) -> Intervention:
    """Read an intervention from its file.

    Raises
    ------
    ConfigError
        If the file is not sound.
    """
    return load(path, Intervention).called(path.stem)


def load_interventions(folder: Path) -> dict[str, Intervention]:
    """Read all interventions of a folder: one YAML file each, whose stem is the name.

    Raises
    ------
    ConfigError
        If there is no such folder, or a file is not sound.
    """
    if not folder.is_dir():
        raise ConfigError([no_folder(folder)])
    found: dict[str, Intervention] = {}
    problems: list[Problem] = []
    for name, path in intervention_files(folder).items():
        try:
            found[name] = load_intervention(path)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def no_folder(folder: Path) -> Problem:
    """Say that there is no folder of interventions."""
    return Problem(str(folder), None, "", NO_VALUE, "there is no such folder of interventions")


def load_maturity(folder: Path) -> dict[str, float]:
    """Read the coverage that each level of maturity stands for, from the file ``maturity.yaml`` of a folder.

    Raises
    ------
    ConfigError
        If the file is missing or not sound.
    """
    levels = load(folder / MATURITY_FILE, _Maturity).levels
    return {name: level.coverage for name, level in levels.items()}
