"""What a file is about: a city, or an experiment with one."""

from __future__ import annotations

from pathlib import Path

from flowsim.config.city_schema import CityConfig
from flowsim.config.load import resolved

_BASE = "base"
_IN_BOTH = {"name", "targets", "changes"}


def is_experiment(path: str | Path) -> bool:
    """Return whether a file asks a question of a city, rather than describing one: an experiment has a `base`.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    return _BASE in resolved(path)


def is_city(path: str | Path) -> bool:
    """Return whether a file describes a city, or a part of one: it has settings that no experiment has.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    settings = set(resolved(path))
    return _BASE not in settings and bool(settings & (set(CityConfig.model_fields) - _IN_BOTH))
