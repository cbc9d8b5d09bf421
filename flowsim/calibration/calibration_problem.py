"""What there is to calibrate: a city, its free settings and its targets, held against one another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.calibration.targets_file import FreeSetting, TargetsFile, WantedFigure
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Locate, Problem, dotted, nearest
from flowsim.config.load import load, locate
from flowsim.config.provenance import leaves
from flowsim.measures.catalogue import units
from flowsim.run.load_city import load_config, unknown_measures

DIGITS = 4  # of a calibrated value: finer than any of them can be known, and it can be read
_NOT_OF_THE_CITY = ("run.", "targets.")

Point = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """A free parameter: one setting, or the factor of several.

    Attributes
    ----------
    name : str
        For people.
    settings : mapping of str to float
        Dotted path and value in the city as it is.
    low, high : float
        Bounds of the value (one setting) or of the factor (several).
    log : bool
        Whether it moves by ratios.
    why : str
        Why it is free.
    """

    name: str
    settings: Mapping[str, float]
    low: float
    high: float
    log: bool
    why: str

    @property
    def is_factor(self) -> bool:
        """Whether it multiplies several settings."""
        return len(self.settings) > 1

    @property
    def start(self) -> float:
        """Its value in the city as it is."""
        return 1.0 if self.is_factor else float(next(iter(self.settings.values())))

    def value(self, position: float) -> float:
        """Return the value at a position between its bounds (0 to 1)."""
        if self.log:
            return self.low * (self.high / self.low) ** position
        return self.low + (self.high - self.low) * position

    def position(self, value: float) -> float:
        """Return the position of a value between the bounds: 0 at the low one, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def at(self, position: float) -> dict[str, Any]:
        """Return the settings at a position, as they are written: rounded, and whole where they are whole."""
        value = self.value(position)
        exact = {path: now * value if self.is_factor else value for path, now in self.settings.items()}
        return {path: _written(number, self.settings[path]) for path, number in exact.items()}

    def on_grid(self, position: float) -> float:
        """Return the position of what is simulated there, which differs if the setting is whole."""
        if self.is_factor:
            return position
        return self.position(next(iter(self.at(position).values())))


@dataclass(frozen=True)
class Aim:
    """A figure that must come out: ``value`` within ``tolerance`` (both in ``unit``)."""

    measure: str
    value: float
    tolerance: float
    unit: str
    source: str


@dataclass(frozen=True)
class Calibration:
    """What there is to calibrate, resolved and checked.

    Attributes
    ----------
    city : CityConfig
        As it is, with the seed and the replications by which it is judged.
    city_path, path : Path
        Its file, and the targets file.
    parameters : tuple of Parameter
        What may move.
    aims : tuple of Aim
        What must come out.
    """

    city: CityConfig
    city_path: Path
    path: Path
    parameters: tuple[Parameter, ...]
    aims: tuple[Aim, ...]

    @property
    def start(self) -> Point:
        """Position of the city as it is, shape (parameters,)."""
        return np.array([parameter.position(parameter.start) for parameter in self.parameters])

    @property
    def wanted(self) -> Point:
        """Values of the aims, shape (aims,)."""
        return np.array([aim.value for aim in self.aims])

    @property
    def tolerances(self) -> Point:
        """Tolerances of the aims, shape (aims,)."""
        return np.array([aim.tolerance for aim in self.aims])

    def settings(self, point: Sequence[float] | Point) -> dict[str, Any]:
        """Return what the free settings are at a point, by dotted path."""
        pairs = zip(self.parameters, point, strict=True)
        return {path: value for parameter, position in pairs for path, value in parameter.at(position).items()}

    def city_at(self, point: Sequence[float] | Point) -> CityConfig:
        """Return the city at a point.

        Raises
        ------
        ConfigError
            If there can be no such city.
        """
        return changed(self.city, self.settings(point))

    def on_grid(self, point: Sequence[float] | Point) -> Point:
        """Return the point that is simulated for a point (see `Parameter.on_grid`)."""
        return np.array([p.on_grid(float(x)) for p, x in zip(self.parameters, point, strict=True)])


def load_calibration(city_path: str | Path, path: str | Path, seed: int | None = None) -> Calibration:
    """Read a city and a targets file, and hold one against the other.

    Parameters
    ----------
    city_path : str or Path
        Configuration of the city.
    path : str or Path
        The targets file.
    seed : int, optional
        Instead of the file's own.

    Raises
    ------
    ConfigError
        If anything is wrong, with all problems, each with its file, line and dotted path.
    """
    spec = load(path, TargetsFile)
    city = load_config(city_path)
    said = {"run.replications": spec.replications, "run.seed": spec.seed if seed is None else seed}
    city = changed(city, {key: value for key, value in said.items() if value is not None})
    where = partial(locate, path)
    parameters = [_parameter(city, free) for free in spec.parameters]
    problems = [
        *_wrong_settings(city, spec.parameters, where),
        *_wrong_figures(city, spec, where),
    ]
    calibration = Calibration(city, Path(city_path), Path(path), tuple(parameters), tuple(map(_aim, spec.targets)))
    problems += [] if problems else _impossible_ends(calibration, where)
    if problems:
        raise ConfigError(problems)
    return calibration


def numbers(city: CityConfig) -> dict[str, float]:
    """Return all settings of a city that are single numbers, by dotted path."""
    plain = leaves(city.model_dump(mode="json", by_alias=True, round_trip=True))
    return {path: v for path, v in plain.items() if isinstance(v, int | float) and not isinstance(v, bool)}


def _parameter(city: CityConfig, free: FreeSetting) -> Parameter:
    now = numbers(city)
    settings = {path: now.get(path, math.nan) for path in _paths(free)}
    name = free.name or ", ".join(settings)
    return Parameter(name, settings, free.low, free.high, free.scale == "log", free.why)


def _paths(free: FreeSetting) -> list[str]:
    return [free.path] if isinstance(free.path, str) else free.path


def _aim(figure: WantedFigure) -> Aim:
    tolerance = figure.tolerance.absolute or figure.tolerance.relative * abs(figure.value)
    unit = units([figure.measure]).get(figure.measure, "") if _is_named(figure.measure) else ""
    return Aim(figure.measure, figure.value, tolerance, unit, figure.source)


def _is_named(measure: str) -> bool:
    try:
        return bool(units([measure]))
    except KeyError:
        return False


def _wrong_settings(city: CityConfig, free: Sequence[FreeSetting], where: Locate) -> Iterator[Problem]:
    known, seen = numbers(city), set()
    for i, setting in enumerate(free):
        for j, path in enumerate(_paths(setting)):
            keys: Keys = ("parameters", i, "path", *([] if isinstance(setting.path, str) else [j]))
            if path.startswith(_NOT_OF_THE_CITY):
                yield _problem(where, keys, path, "must be a setting of the city itself, and this is none")
            elif path not in known:
                meant = nearest(path, list(known))
                guess = f"; did you mean {meant}?" if meant else ""
                yield _problem(where, keys, path, f"there is no such setting that is a number{guess}")
            elif path in seen:
                yield _problem(where, keys, path, "this setting is free already; it can belong to one parameter only")
            seen.add(path)
        if all(path in known for path in _paths(setting)):
            yield from _outside(_parameter(city, setting), ("parameters", i), where)


def _outside(parameter: Parameter, keys: Keys, where: Locate) -> Iterator[Problem]:
    now = parameter.start
    if not parameter.low <= now <= parameter.high:
        key, bound = ("low", parameter.low) if now < parameter.low else ("high", parameter.high)
        what = "the factor of the city as it is" if parameter.is_factor else "what the city has"
        yield _problem(where, (*keys, key), bound, f"{what} ({now:g}) must lie between low and high")


def _wrong_figures(city: CityConfig, spec: TargetsFile, where: Locate) -> Iterator[Problem]:
    figures = spec.targets
    named = [(("targets", i, "measure"), figure.measure) for i, figure in enumerate(figures)]
    yield from unknown_measures(city, named, where)
    for i, figure in enumerate(figures):
        keys: Keys = ("targets", i)
        if figure.measure in (other.measure for other in figures[:i]):
            yield _problem(where, (*keys, "measure"), figure.measure, "this measure has a target already")
        if figure.value < 0:
            yield _problem(where, (*keys, "value"), figure.value, "must be 0 or more, as every measure is")
        elif figure.value > 1 and _is_named(figure.measure) and units([figure.measure])[figure.measure] == "share":
            yield _problem(where, (*keys, "value"), figure.value, "must be between 0 and 1, since this is a share")
        elif figure.value == 0 and figure.tolerance.relative is not None:
            yield _problem(where, (*keys, "tolerance"), NO_VALUE, "a target of 0 needs an absolute tolerance")
    if len(spec.parameters) > len(figures):
        message = (
            f"{len(spec.parameters)} free parameters cannot be told from {len(figures)} "
            f"target{'s' if len(figures) > 1 else ''}; leave some fixed, or add targets"
        )
        yield _problem(where, ("parameters",), NO_VALUE, message)


def _impossible_ends(calibration: Calibration, where: Locate) -> Iterator[Problem]:
    """Yield why a parameter cannot come as far as its bounds."""
    for i, parameter in enumerate(calibration.parameters):
        for key, position in (("low", 0.0), ("high", 1.0)):
            try:
                changed(calibration.city, parameter.at(position))
            except ConfigError as error:
                first = error.problems[0]
                message = f"no city can have it: {first.path}: {first.message}"
                yield _problem(where, ("parameters", i, key), getattr(parameter, key), message)


def _problem(where: Locate, keys: Keys, value: Any, message: str) -> Problem:
    return Problem(*where(keys), dotted(keys), value, message)


def _written(number: float, like: float) -> int | float:
    return round(number) if isinstance(like, int) else float(f"{number:.{DIGITS}g}")
