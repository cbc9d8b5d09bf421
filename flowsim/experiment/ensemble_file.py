"""The file of an ensemble: what is different in each member, and how the members were found."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import Field

import flowsim
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Problem, dotted
from flowsim.config.load import load, locate
from flowsim.config.types import Section

if TYPE_CHECKING:
    from flowsim.calibration.ensemble import Ensemble

_WIDTH = 1_000_000  # one member a line


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


def ensemble_yaml(ensemble: Ensemble, path: Path) -> str:
    """Return the file of an ensemble, which will stand at a path."""
    calibration = ensemble.calibration
    made = {
        "city": relative(calibration.city_path, path.parent),
        "targets": relative(calibration.path, path.parent),
        "seed": calibration.city.run.seed,
        "replications": calibration.city.run.replications,
        "drawn": ensemble.drawn,
        "waves": ensemble.waves,
        "flowsim": flowsim.__version__,
    }
    says = (
        f"# {calibration.city.name}: {len(ensemble.points)} cities that match every target within its tolerance.\n"
        "# Made by flowsim ensemble. An experiment whose `ensemble` is this file runs every scenario over them.\n"
    )
    head = yaml.safe_dump({"made": made}, sort_keys=False, allow_unicode=True)
    members = [yaml.safe_dump(m, default_flow_style=True, sort_keys=False, width=_WIDTH) for m in ensemble.members]
    return f"{says}{head}members:\n" + "".join(f"- {member}" for member in members)


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
    members = load(path, EnsembleFile).members
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


def relative(path: Path, folder: Path) -> str:
    """Return how a file is named from a folder."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive, on Windows
        return path.resolve().as_posix()
