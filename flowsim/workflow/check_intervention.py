"""What can be known of an intervention before an experiment uses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flowsim.config.changes import with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Problem, dotted
from flowsim.config.file_kinds import FileKind, kind_of
from flowsim.config.intervention_schema import Intervention, load_intervention
from flowsim.config.load import locate
from flowsim.experiment.problems import blamed, in_short, located
from flowsim.run.load_city import load_config


@dataclass(frozen=True)
class CheckedIntervention:
    """A sound intervention.

    Attributes
    ----------
    title : str
        Its title.
    fits : tuple of str
        Files of the cities in the folder above that can have it.
    lacks : tuple of str
        What of `what`, `mechanism`, `cost` and `evidence` it does not say.
    """

    title: str
    fits: tuple[str, ...]
    lacks: tuple[str, ...]


def check_intervention(file: Path) -> CheckedIntervention:
    """Check an intervention by itself, and against the cities in the folder above its own.

    Raises
    ------
    ConfigError
        If it is not sound, or there are cities and none of them can have it.
    """
    intervention = load_intervention(file)
    fits, problems = [], list[Problem]()
    for path, city in _cities(file.absolute().parent.parent):
        wrong = _misfits(file, intervention, city)
        if not wrong:
            fits.append(path.name)
        problems = problems or wrong
    if problems and not fits:
        raise ConfigError(problems)
    lacks = [name for name in ("what", "mechanism", "cost", "evidence") if not getattr(intervention, name)]
    return CheckedIntervention(intervention.title, tuple(fits), tuple(lacks))


def _cities(folder: Path) -> Iterator[tuple[Path, CityConfig]]:
    """Yield the sound cities of a folder."""
    for path in sorted(folder.glob("*.yaml")):
        try:
            if kind_of(path) is FileKind.CITY:
                yield path, load_config(path)
        except ConfigError:
            continue


def _misfits(file: Path, intervention: Intervention, city: CityConfig) -> list[Problem]:
    changes = located(intervention.changes)
    try:
        with_changes(city, [change.change for change in changes])
    except ConfigError as error:
        where = [(blamed(problem, changes) or ("changes",), in_short(problem)) for problem in error.problems]
        return [Problem(*locate(file, keys), dotted(keys), NO_VALUE, message) for keys, message in where]
    return []
