"""The file of an ensemble: what is different in each member, and how the members were found."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Problem, dotted
from flowsim.config.file_kinds import FileKind, refuse_other_kinds
from flowsim.config.load import load, locate
from flowsim.config.types import Section


class EnsembleMade(Section):
    """How an ensemble was found."""

    city: str
    """Configuration that it varies, relative to this file."""
    targets: str
    """Targets file that its members match, relative to this file."""
    seed: int
    """Seed of the patients by which they were judged."""
    replications: int
    """Runs by which they were judged."""
    drawn: int | None = None
    """Cities that were drawn, of which the members are the first that match; nothing if each has a cause of its own."""
    waves: int | None = None
    """Waves in which they were drawn."""
    flowsim: str
    """Version."""


class YearOfFit(Section):
    """People delayed on an average day of a financial year."""

    published: float
    """In the return."""
    simulated: float
    """In the city."""
    without_queues: float
    """In the city if there were more than enough of every service in the community: what is left is lag."""


class Member(Section):
    """A city of an ensemble."""

    name: str
    """Unique in the ensemble."""
    title: str = ""
    """What is different in it, in words."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What is different in it, by dotted path."""
    loss: float | None = None
    """Squared standard deviations by which it misses the targets, with patients that were not used in its fit."""
    years: dict[str, YearOfFit] = Field(default_factory=dict)
    """How it fits, by financial year."""
    correlations: dict[str, float] = Field(default_factory=dict)
    """Correlation of the months of each series with the published ones."""
    at_a_bound: list[str] = Field(default_factory=list)
    """What was fitted again and ended at a bound."""

    @property
    def label(self) -> str:
        """What people call it: its title as far as a colon, or its name."""
        return self.title.partition(":")[0] or self.name


class RuledOut(Member):
    """A city that does not fit, whatever is fitted again: what is published rules it out."""

    why: str
    """Where it does not fit."""


class EnsembleFile(Section):
    """Cities that all match the same targets."""

    made: EnsembleMade
    """How they were found."""
    members: Annotated[list[Member], Field(min_length=2)]
    """The cities."""
    ruled_out: list[RuledOut] = Field(default_factory=list)
    """Cities that were tried and do not fit."""

    @model_validator(mode="after")
    def _names_differ(self) -> EnsembleFile:
        names = [member.name for member in self.members]
        twice = [name for i, name in enumerate(names) if name in names[:i]]
        if twice:
            raise ValueError(f"members: two of them are called {twice[0]}")
        return self


def load_ensemble(path: str | Path, city: CityConfig) -> EnsembleFile:
    """Read an ensemble, and hold it against a city.

    Raises
    ------
    ConfigError
        If the file is not sound, or a member can be no variety of this city.
    """
    try:
        found = load(path, EnsembleFile)
    except ConfigError:
        refuse_other_kinds(path, FileKind.ENSEMBLE)
        raise
    where = partial(locate, path)
    problems = []
    for i, member in enumerate(found.members):
        try:
            changed(city, member.settings)
        except ConfigError as error:
            keys = ("members", i, "settings")
            problems += [
                Problem(*where(keys), dotted((*keys, wrong.path)), wrong.value, wrong.message)
                for wrong in error.problems
            ]
    if problems:
        raise ConfigError(problems)
    return found
