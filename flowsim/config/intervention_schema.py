"""Schema of an intervention: what it changes at full effect, what it costs, and the evidence for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from flowsim.config.change_schema import Change, Dates
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
    """What it costs in addition to the pools that it changes: once, and per year at a coverage of 1."""

    one_off_gbp: Annotated[NonNegative, Unit("GBP")] = 0.0
    """One-off cost."""
    per_year_gbp: Annotated[NonNegative, Unit("GBP a year")] = 0.0
    """Cost per year at a coverage of 1."""
    source: str
    """Source of the figures, or that they are assumptions."""


class Intervention(Section):
    """Something that a city can do.

    `what` is what people would see; `mechanism` is how it acts in the model. `high_impact_change` is its number among
    the eight of the High Impact Change Model (2015).
    """

    title: str
    """Name in words."""
    what: str
    """What people would see."""
    mechanism: str
    """How it acts in the model."""
    high_impact_change: Annotated[int, Field(ge=1, le=8), Unit("no unit")] | None = None
    """Its number among the eight of the High Impact Change Model."""
    changes: Annotated[list[Change], Field(min_length=1)]
    """What changes at full effect."""
    cost: InterventionCost
    """What it costs in addition to the pools that it changes."""
    evidence: Annotated[list[Evidence], Field(min_length=1)]
    """The evidence for it."""


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


class _Maturity(BaseModel):
    levels: dict[str, _Level]
    source: str


def load_interventions(folder: Path) -> dict[str, Intervention]:
    """Read the interventions of a folder: one YAML file each, whose stem is the name.

    Raises
    ------
    ConfigError
        If there is no such folder, or a file is not sound.
    """
    if not folder.is_dir():
        raise ConfigError([Problem(str(folder), None, "", NO_VALUE, "there is no such folder of interventions")])
    files = sorted(path for path in folder.glob("*.yaml") if path.name != MATURITY_FILE)
    found: dict[str, Intervention] = {}
    problems: list[Problem] = []
    for path in files:
        try:
            found[path.stem] = load(path, Intervention)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def load_maturity(folder: Path) -> dict[str, float]:
    """Read the coverage that each level of maturity stands for, from the file ``maturity.yaml`` of a folder.

    Raises
    ------
    ConfigError
        If the file is missing or not sound.
    """
    levels = load(folder / MATURITY_FILE, _Maturity).levels
    return {name: level.coverage for name, level in levels.items()}
