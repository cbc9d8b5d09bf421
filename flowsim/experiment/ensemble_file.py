"""The file of an ensemble: what is different in each member, and how the members were found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

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
    drawn: int
    """Cities that were drawn, of which the members are the first that match."""
    waves: int
    """Waves in which they were drawn."""
    flowsim: str
    """Version."""


class EnsembleFile(Section):
    """Cities that all match the same targets."""

    made: EnsembleMade
    """How they were found."""
    members: Annotated[list[dict[str, int | float]], Field(min_length=2)]
    """What is different in each, by dotted path."""


def load_ensemble(path: str | Path, city: CityConfig) -> list[Mapping[str, Any]]:
    """Read an ensemble, and hold it against a city.

    Returns
    -------
    list of mapping
        What is different in each member, by dotted path.

    Raises
    ------
    ConfigError
        If the file is not sound, or a member can be no variety of this city.
    """
    try:
        members = load(path, EnsembleFile).members
    except ConfigError:
        refuse_other_kinds(path, FileKind.ENSEMBLE)
        raise
    where = partial(locate, path)
    problems = []
    for i, member in enumerate(members):
        try:
            changed(city, member)
        except ConfigError as error:
            keys = ("members", i)
            problems += [
                Problem(*where(keys), dotted((*keys, wrong.path)), wrong.value, wrong.message)
                for wrong in error.problems
            ]
    if problems:
        raise ConfigError(problems)
    return list(members)
