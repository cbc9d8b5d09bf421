"""The files that calibration writes for others to read: the calibrated configuration, and an ensemble."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.ensemble import Ensemble
from flowsim.version import __version__

_WIDTH = 100
_ONE_LINE = 1_000_000  # one member a line


def configuration_yaml(
    calibration: Calibration, settings: Mapping[str, Any], folder: Path, comments: Sequence[str]
) -> str:
    """Return a configuration file that extends the city by the calibrated settings.

    Parameters
    ----------
    calibration : Calibration
        Knows the file of the city.
    settings : mapping of str to object
        Calibrated values, by dotted path.
    folder : Path
        Where the file will be written.
    comments : sequence of str
        Lines of comment at the top.
    """
    nested: dict[str, Any] = {}
    for path, value in settings.items():
        *above, key = path.split(".")
        group = nested
        for name in above:
            group = group.setdefault(name, {})
        group[key] = value
    data = {"extends": _relative(calibration.city_path, folder), **nested}
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
        "flowsim": __version__,
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
