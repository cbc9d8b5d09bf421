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
from flowsim.calibration.structures import StructureFound, StructuresFound
from flowsim.calibration.targets_file import MAIN
from flowsim.config.history_numbers import HISTORY
from flowsim.config.paths import list_around, value_at
from flowsim.config.version import VERSION
from flowsim.experiment.ensemble_file import Member, RuledOut

_WIDTH = 100


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
    many = len(ensemble.points)
    members = [Member(name=f"{i}_of_{many}", settings=settings) for i, settings in enumerate(ensemble.members, 1)]
    says = f"{ensemble.calibration.city.name}: {many} cities that match every target within its tolerance."
    return _ensemble_yaml(says, ensemble.calibration, path, members, drawn=ensemble.drawn, waves=ensemble.waves)


def structures_yaml(found: StructuresFound, path: Path) -> str:
    """Return the same of cities with other causes."""
    members = [Member(**_fit(its)) for its in found.every if not its.why_not]
    ruled_out = [RuledOut(**_fit(its), why=its.why_not) for its in found.every if its.why_not]
    says = f"{found.calibration.city.name}: {len(members)} cities that explain the same figures by other causes."
    return _ensemble_yaml(says, found.calibration, path, members, ruled_out)


def _fit(its: StructureFound) -> dict[str, Any]:
    """Return what the file says of a structure, with figures that are short enough to read."""
    years = {
        year: {
            "published": round(published, 1),
            "simulated": round(simulated, 1),
            "without_queues": round(its.fit.floor[year], 1),
        }
        for year, (published, simulated) in its.fit.years.items()
    }
    return {
        "name": its.name,
        "title": its.title,
        "settings": dict(its.settings),
        "loss": round(its.fit.loss, 1),
        "years": years,
        "correlations": {name: round(value, 3) for name, value in its.fit.correlations.items()},
        "at_a_bound": list(its.at_a_bound),
    }


def _ensemble_yaml(
    says: str,
    calibration: Calibration,
    path: Path,
    members: Sequence[Member],
    ruled_out: Sequence[RuledOut] = (),
    **made: int,
) -> str:
    how = {
        "city": _relative(calibration.city_path, path.parent),
        "targets": _relative(calibration.path, path.parent),
        "seed": calibration.city.run.seed,
        "replications": calibration.city.run.replications,
        **made,
        "flowsim": VERSION,
    }
    top = (
        f"# {says}\n"
        "# Made by flowsim ensemble. An experiment whose `ensemble` is this file runs every scenario over them.\n"
    )
    plain = {
        "made": how,
        "members": [member.model_dump(exclude_defaults=True) for member in members],
        **({"ruled_out": [its.model_dump(exclude_defaults=True) for its in ruled_out]} if ruled_out else {}),
    }
    return top + yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _relative(path: Path, folder: Path) -> str:
    """Return the path of a file relative to a folder."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive, on Windows
        return path.resolve().as_posix()
