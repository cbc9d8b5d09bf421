"""What a file is about: a city, an experiment, an intervention, or what belongs to one of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Problem
from flowsim.config.load import settings_in

_OF_A_CITY = frozenset(CityConfig.model_fields) - {"name", "description", "targets", "interventions", "changes"}


class FileKind(StrEnum):
    """What a file is about, in words."""

    CITY = "a city"
    EXPERIMENT = "an experiment"
    INTERVENTION = "an intervention"
    TARGETS = "a targets file"
    ENSEMBLE = "an ensemble"
    MATURITY = "a file of levels of maturity"
    PROVENANCE = "a file of where values come from"


_ADVICE = {
    FileKind.CITY: "to simulate it: flowsim run {path}",
    FileKind.EXPERIMENT: "to run it: flowsim experiment {path}",
    FileKind.INTERVENTION: "to try it, name it in a scenario of an experiment",
    FileKind.TARGETS: "to calibrate a city to it: flowsim calibrate CITY --targets {path}",
    FileKind.ENSEMBLE: "to use it, name it as the `ensemble` of an experiment",
    FileKind.PROVENANCE: "flowsim document reads it with the city next to it",
    FileKind.MATURITY: "an experiment uses it where an intervention has a `maturity`",
}


def kind_of(path: str | Path) -> FileKind | None:
    """Return what a file is about, by the settings at its top; None if they say nothing.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    settings = settings_in(path)
    if settings & {"base", "scenarios", "design", "measures"}:
        return FileKind.EXPERIMENT
    if settings & {"made", "members"}:
        return FileKind.ENSEMBLE
    if "parameters" in settings:
        return FileKind.TARGETS
    if "levels" in settings:
        return FileKind.MATURITY
    if settings & _OF_A_CITY:
        return FileKind.CITY
    if settings & {"changes", "title", "what", "mechanism", "cost", "evidence", "high_impact_change"}:
        return FileKind.INTERVENTION
    return FileKind.PROVENANCE if any("." in name for name in settings) else None


def is_experiment(path: str | Path) -> bool:
    """Return whether a file asks a question of a city, rather than describing one.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    return kind_of(path) is FileKind.EXPERIMENT


def refuse_other_kinds(path: str | Path, wanted: FileKind) -> None:
    """Refuse a file that is clearly about something else, and say what can be done with it.

    Raises
    ------
    ConfigError
        If it is, or if it cannot be read.
    """
    found = kind_of(path)
    if found is not None and found is not wanted:
        message = f"this is {found}, not {wanted}; {_ADVICE[found].format(path=path)}"
        raise ConfigError([Problem(str(path), None, "", NO_VALUE, message)])
