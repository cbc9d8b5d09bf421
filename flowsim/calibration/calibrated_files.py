"""The files that calibration writes for others to read: the calibrated configuration, and an ensemble."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from flowsim.calibration.calibration_problem import Calibration, Point
from flowsim.calibration.ensemble import Ensemble
from flowsim.calibration.free_settings import history_settings
from flowsim.calibration.targets_file import MAIN
from flowsim.config.history_numbers import HISTORY
from flowsim.config.paths import list_around, value_at
from flowsim.config.version import VERSION

_WIDTH = 100
_ONE_LINE = 1_000_000  # one member a line


def configuration_yaml(
    calibration: Calibration, point: Sequence[float] | Point, folder: Path, comments: Sequence[str], name: str = MAIN
) -> str:
    """Return a configuration file that extends a city by its settings at a point.

    Parameters
    ----------
    calibration : Calibration
        Knows the city and its file.
    point : sequence of float
        The position of each parameter.
    folder : Path
        Where the file will be written.
    comments : sequence of str
        Lines of comment at the top.
    name : str
        Of the city, where there are several.
    """
    settings, city = calibration.settings(point, name), calibration.city_at(point, name)
    plain = city.model_dump(mode="json", by_alias=True, round_trip=True)
    nested: dict[str, Any] = {}
    for path in dict.fromkeys(list_around(path) for path in settings if not path.startswith(f"{HISTORY}.")):
        *above, key = path.split(".")
        group = nested
        for its in above:
            group = group.setdefault(its, {})
        group[key] = value_at(plain, path)
    if past := history_settings(city, list(settings)):
        nested[HISTORY] = past
    file = calibration.city_path if name == MAIN else calibration.other_paths[name]
    data = {"extends": _relative(file, folder), **nested}
    top = "".join(f"# {line}\n" for line in comments)
    return top + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=_WIDTH)


def ensemble_yaml(ensemble: Ensemble, path: Path) -> str:
    """Return the content of an ensemble file (see `flowsim.experiment.ensemble_file`) to be written to a path."""
    calibration = ensemble.calibration
    made = {
        "city": _relative(calibration.city_path, path.parent),
        "targets": _relative(calibration.path, path.parent),
        "seed": calibration.city.run.seed,
        "replications": calibration.city.run.replications,
        "drawn": ensemble.drawn,
        "waves": ensemble.waves,
        "flowsim": VERSION,
    }
    top = (
        f"# {calibration.city.name}: {len(ensemble.points)} cities that match every target within its tolerance.\n"
        "# Made by flowsim ensemble. An experiment whose `ensemble` is this file runs every scenario over them.\n"
    )
    head = yaml.safe_dump({"made": made}, sort_keys=False, allow_unicode=True)
    members = [yaml.safe_dump(m, default_flow_style=True, sort_keys=False, width=_ONE_LINE) for m in ensemble.members]
    return f"{top}{head}members:\n" + "".join(f"- {member}" for member in members)


def _relative(path: Path, folder: Path) -> str:
    """Return the path of a file relative to a folder."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive, on Windows
        return path.resolve().as_posix()
