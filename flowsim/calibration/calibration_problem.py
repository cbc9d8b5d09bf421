"""A calibration problem: a city, its free settings and its targets, resolved and checked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.calibration.targets_file import CalibrationTarget, FreeSetting, TargetsFile
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Locate, Problem, dotted, nearest
from flowsim.config.file_kinds import FileKind, refuse_other_kinds
from flowsim.config.load import load, locate
from flowsim.config.provenance import leaves
from flowsim.measures.catalogue import units
from flowsim.run.load_city import load_config, unknown_measures

DIGITS = 4  # of a calibrated value: more than its uncertainty deserves, and few enough to read
_NOT_OF_THE_CITY = ("run.", "targets.")

Point = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """A free parameter: one setting, or the factor of several.

    Attributes
    ----------
    name : str
        A name for people to read.
    settings : mapping of str to float
        Dotted path and value in the city before calibration.
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
        """Its value before calibration."""
        return 1.0 if self.is_factor else float(next(iter(self.settings.values())))

    def value(self, position: float) -> float:
        """Return the value at a position between its bounds (0 to 1)."""
        if self.log:
            return float(self.low * (self.high / self.low) ** position)
        return self.low + (self.high - self.low) * position

    def position(self, value: float) -> float:
        """Return the position of a value between the bounds: 0 at the low one, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def at(self, position: float) -> dict[str, Any]:
        """Return the settings at a position as they are written: rounded, and whole numbers where they are whole."""
        value = self.value(position)
        exact = {path: now * value if self.is_factor else value for path, now in self.settings.items()}
        return {path: _written(number, self.settings[path]) for path, number in exact.items()}

    def on_grid(self, position: float) -> float:
        """Return the position that is simulated, which differs if the setting is a whole number."""
        if self.is_factor:
            return position
        return self.position(next(iter(self.at(position).values())))


@dataclass(frozen=True)
class Calibration:
    """A calibration problem, resolved and checked.

    Attributes
    ----------
    city : CityConfig
        The city before calibration, with the seed and the replications that calibration uses.
    city_path, path : Path
        Its file, and the targets file.
    parameters : tuple of Parameter
        What is calibrated.
    targets : tuple of CalibrationTarget
        The figures to reproduce.
    """

    city: CityConfig
    city_path: Path
    path: Path
    parameters: tuple[Parameter, ...]
    targets: tuple[CalibrationTarget, ...]

    @property
    def start(self) -> Point:
        """Position of the city before calibration, shape (parameters,)."""
        return np.array([parameter.position(parameter.start) for parameter in self.parameters])

    @property
    def measures(self) -> list[str]:
        """The measures that have a target, in the order of the targets."""
        return [target.measure for target in self.targets]

    @property
    def target_values(self) -> Point:
        """Values of the targets, shape (targets,)."""
        return np.array([target.value for target in self.targets])

    @property
    def tolerances(self) -> Point:
        """Tolerances of the targets in the units of their measures, shape (targets,)."""
        return np.array([target.tolerance.of(target.value) for target in self.targets])

    def settings(self, point: Sequence[float] | Point) -> dict[str, Any]:
        """Return the free settings at a point, by dotted path."""
        pairs = zip(self.parameters, point, strict=True)
        return {path: value for parameter, position in pairs for path, value in parameter.at(position).items()}

    def city_at(self, point: Sequence[float] | Point) -> CityConfig:
        """Return the city at a point.

        Raises
        ------
        ConfigError
            If that is not a valid city.
        """
        return changed(self.city, self.settings(point))

    def on_grid(self, point: Sequence[float] | Point) -> Point:
        """Return the point that is simulated for a point (see `Parameter.on_grid`)."""
        return np.array([p.on_grid(float(x)) for p, x in zip(self.parameters, point, strict=True)])


def load_calibration(city_path: str | Path, path: str | Path, seed: int | None = None) -> Calibration:
    """Read a city and a targets file, and check one against the other.

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
        If anything is wrong: all problems, each with its file, line and dotted path.
    """
    try:
        spec = _load_targets(path)
    except ConfigError as error:
        raise ConfigError([*error.problems, *_problems_of_city(city_path)]) from None
    city = load_config(city_path)
    run = {"run.replications": spec.replications, "run.seed": spec.seed if seed is None else seed}
    city = changed(city, {key: value for key, value in run.items() if value is not None})
    where = partial(locate, path)
    parameters = [_parameter(city, free) for free in spec.parameters]
    problems = [
        *_wrong_settings(city, spec.parameters, where),
        *_wrong_targets(city, spec, where),
    ]
    calibration = Calibration(city, Path(city_path), Path(path), tuple(parameters), tuple(spec.targets))
    problems += [] if problems else _impossible_ends(calibration, where)
    if problems:
        raise ConfigError(problems)
    return calibration


def _load_targets(path: str | Path) -> TargetsFile:
    try:
        return load(path, TargetsFile)
    except ConfigError:
        refuse_other_kinds(path, FileKind.TARGETS)
        raise


def _problems_of_city(path: str | Path) -> list[Problem]:
    try:
        load_config(path)
    except ConfigError as error:
        return error.problems
    return []


def numbers(city: CityConfig) -> dict[str, float]:
    """Return all settings of a city that are single numbers, by dotted path."""
    plain = leaves(city.model_dump(mode="json", by_alias=True, round_trip=True))
    return {path: v for path, v in plain.items() if isinstance(v, int | float) and not isinstance(v, bool)}


def _parameter(city: CityConfig, free: FreeSetting) -> Parameter:
    now = numbers(city)
    settings = {path: now.get(path, math.nan) for path in free.paths}
    name = free.name or ", ".join(settings)
    return Parameter(name, settings, free.low, free.high, free.scale == "log", free.why)


def _wrong_settings(city: CityConfig, free: Sequence[FreeSetting], where: Locate) -> Iterator[Problem]:
    known, seen = numbers(city), set()
    for i, setting in enumerate(free):
        for j, path in enumerate(setting.paths):
            keys: Keys = ("parameters", i, "path", *([] if isinstance(setting.path, str) else [j]))
            if path.startswith(_NOT_OF_THE_CITY):
                yield _problem(where, keys, path, "must be a setting of the city itself: this one cannot be calibrated")
            elif path not in known:
                meant = nearest(path, list(known))
                guess = f"; did you mean {meant}?" if meant else ""
                yield _problem(where, keys, path, f"there is no setting of this name that is a number{guess}")
            elif path in seen:
                yield _problem(where, keys, path, "this setting is free already; it can belong to only one parameter")
            seen.add(path)
        if all(path in known for path in setting.paths):
            yield from _outside(_parameter(city, setting), ("parameters", i), where)


def _outside(parameter: Parameter, keys: Keys, where: Locate) -> Iterator[Problem]:
    now = parameter.start
    if not parameter.low <= now <= parameter.high:
        key, bound = ("low", parameter.low) if now < parameter.low else ("high", parameter.high)
        what = "the factor that leaves the city as it is" if parameter.is_factor else "the city's own value"
        yield _problem(where, (*keys, key), bound, f"{what} ({now:g}) must lie between low and high")


def _wrong_targets(city: CityConfig, spec: TargetsFile, where: Locate) -> Iterator[Problem]:
    targets = spec.targets
    named: list[tuple[Keys, str]] = [(("targets", i, "measure"), target.measure) for i, target in enumerate(targets)]
    yield from unknown_measures(city, named, where)
    for i, target in enumerate(targets):
        keys: Keys = ("targets", i)
        if target.measure in (other.measure for other in targets[:i]):
            yield _problem(where, (*keys, "measure"), target.measure, "this measure has a target already")
        if target.value < 0:
            yield _problem(where, (*keys, "value"), target.value, "must be 0 or more, as every measure is")
        elif target.value > 1 and _is_share(target.measure):
            yield _problem(where, (*keys, "value"), target.value, "must be between 0 and 1, since this is a share")
        elif target.value == 0 and target.tolerance.relative is not None:
            yield _problem(where, (*keys, "tolerance"), NO_VALUE, "a target of 0 needs an absolute tolerance")
    if len(spec.parameters) > len(targets):
        message = (
            f"{len(targets)} target{'s' if len(targets) > 1 else ''} cannot identify {len(spec.parameters)} free "
            "parameters; fix some of them, or add targets"
        )
        yield _problem(where, ("parameters",), NO_VALUE, message)


def _is_share(measure: str) -> bool:
    try:
        return units([measure])[measure] == "share"
    except KeyError:  # no such measure, which is a problem of its own
        return False


def _impossible_ends(calibration: Calibration, where: Locate) -> Iterator[Problem]:
    """Yield why a parameter cannot reach its bounds."""
    for i, parameter in enumerate(calibration.parameters):
        for key, position in (("low", 0.0), ("high", 1.0)):
            try:
                changed(calibration.city, parameter.at(position))
            except ConfigError as error:
                first = error.problems[0]
                message = f"no city can have this value: {first.path}: {first.message}"
                yield _problem(where, ("parameters", i, key), getattr(parameter, key), message)


def _problem(where: Locate, keys: Keys, value: Any, message: str) -> Problem:
    return Problem(*where(keys), dotted(keys), value, message)


def _written(number: float, like: float) -> int | float:
    return round(number) if isinstance(like, int) else float(f"{number:.{DIGITS}g}")
