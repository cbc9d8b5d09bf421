"""A calibration problem: a city, its free settings and its targets, resolved and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.calibration.evaluations import Wanted
from flowsim.calibration.free_settings import Parameter, numbers, parameter_of
from flowsim.calibration.structure_checks import wrong_structures
from flowsim.calibration.structure_schema import FitRule, Structure
from flowsim.calibration.target_checks import impossible_ends, wrong_settings, wrong_targets
from flowsim.calibration.target_figures import PublishedFigure, figures_of
from flowsim.calibration.targets_file import MAIN, STEP, TargetsFile
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Locate, Problem, dotted
from flowsim.config.file_kinds import FileKind, refuse_other_kinds
from flowsim.config.load import load, locate
from flowsim.run.load_city import load_config

SEEDS = 2**63

Point = NDArray[np.float64]


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
    targets : tuple of PublishedFigure
        The figures: those that are fitted, and those that are only judged.
    others : mapping of str to CityConfig
        More cities that share the parameters, by name.
    other_paths : mapping of str to Path
        Their files.
    judge : mapping of str to int
        Settings of the run with which the fit is judged.
    steps : sequence of float
        Steps of the finite differences with which the search goes, one after the other.
    structures : sequence of Structure
        Other causes that might explain the same figures.
    kept_if : FitRule
        When one of them fits.
    """

    city: CityConfig
    city_path: Path
    path: Path
    parameters: tuple[Parameter, ...]
    targets: tuple[PublishedFigure, ...]
    others: Mapping[str, CityConfig] = field(default_factory=dict)
    other_paths: Mapping[str, Path] = field(default_factory=dict)
    judge: Mapping[str, int] = field(default_factory=dict)
    steps: Sequence[float] = (STEP,)
    structures: Sequence[Structure] = ()
    kept_if: FitRule = field(default_factory=FitRule)

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

    @cached_property
    def fitted(self) -> NDArray[np.bool_]:
        """Whether each target is fitted, shape (targets,)."""
        return np.array([target.fit for target in self.targets])

    @cached_property
    def fitted_tolerances(self) -> Point:
        """Tolerances of the targets that are fitted; wider where a figure counts as less than one (see `worth`)."""
        worth = np.array([target.worth for target in self.targets])
        tolerances: Point = (self.tolerances / np.sqrt(worth))[self.fitted]
        return tolerances

    @cached_property
    def cities(self) -> dict[str, CityConfig]:
        """The cities that have targets, by name."""
        every = {MAIN: self.city, **self.others}
        named = {target.city for target in self.targets}
        return {name: city for name, city in every.items() if name in named}

    def wanted(self, name: str) -> Wanted:
        """Return what the targets of a city are read from."""
        return Wanted.by(target for target in self.targets if target.city == name)

    def settings(self, point: Sequence[float] | Point, name: str = MAIN) -> dict[str, Any]:
        """Return the free settings of a city at a point, by dotted path."""
        pairs = zip(self.parameters, point, strict=True)
        found = {path: value for p, at in pairs if p.city in (None, name) for path, value in p.at(at).items()}
        return found if not self.others else {path: found[path] for path in found if path in self._known[name]}

    def city_at(self, point: Sequence[float] | Point, name: str = MAIN) -> CityConfig:
        """Return a city at a point.

        Raises
        ------
        ConfigError
            If that is not a valid city.
        """
        return changed(self._named(name), self.settings(point, name))

    def judged(self, city: CityConfig) -> CityConfig:
        """Return a city with the patients by which it is judged, who were not used in its calibration."""
        return changed(city, {"run.seed": (city.run.seed + 1) % SEEDS, **self.judge})

    def on_grid(self, point: Sequence[float] | Point) -> Point:
        """Return the point that is simulated for a point (see `Parameter.on_grid`)."""
        return np.array([p.on_grid(float(x)) for p, x in zip(self.parameters, point, strict=True)])

    @cached_property
    def _known(self) -> dict[str, dict[str, float]]:
        """The numbers of each city."""
        return {name: numbers(self._named(name)) for name in (MAIN, *self.others)}

    def _named(self, name: str) -> CityConfig:
        return self.city if name == MAIN else self.others[name]


def load_calibration(
    city_path: str | Path, path: str | Path, seed: int | None = None, judge_replications: int | None = None
) -> Calibration:
    """Read a city and a targets file, and check one against the other.

    Parameters
    ----------
    city_path : str or Path
        Configuration of the city.
    path : str or Path
        The targets file.
    seed : int, optional
        Instead of the file's own.
    judge_replications : int, optional
        With how many runs the fit is judged, instead of what the file says.

    Raises
    ------
    ConfigError
        If anything is wrong: all problems, each with its file, line and dotted path.
    """
    try:
        spec = _load_targets(path)
    except ConfigError as error:
        raise ConfigError([*error.problems, *_problems_of_city(city_path)]) from None
    where = partial(locate, path)
    other_paths = {name: Path(path).parent / file for name, file in spec.cities.items()}
    cities, problems = _cities({MAIN: Path(city_path), **other_paths}, where)
    run = {"run.replications": spec.replications, "run.seed": spec.seed if seed is None else seed}
    run = {key: value for key, value in run.items() if value is not None}
    cities = {name: changed(city, run) for name, city in cities.items()}
    problems += [*wrong_settings(cities, spec.parameters, where), *wrong_targets(cities, spec, where)]
    judge: dict[str, int] = {}
    if spec.judge is not None:
        judge["run.replications"] = spec.judge.replications
        if spec.judge.seed is not None:
            judge["run.seed"] = spec.judge.seed
    if judge_replications is not None:
        judge["run.replications"] = judge_replications
    seed_of_fit = cities[MAIN].run.seed
    if judge.get("run.seed") == seed_of_fit:
        keys = ("judge", "seed")
        message = "must be another seed than that of the fit, whose patients it would be judged by"
        problems.append(Problem(*where(keys), dotted(keys), seed_of_fit, message))
    if problems:
        raise ConfigError(problems)
    parameters = tuple(parameter_of(cities, free) for free in spec.parameters)
    problems = [*impossible_ends(cities, parameters, where), *wrong_structures(cities, parameters, spec, where)]
    if problems:
        raise ConfigError(problems)
    return Calibration(
        cities[MAIN],
        Path(city_path),
        Path(path),
        parameters,
        tuple(figures_of(cities, spec)),
        {name: city for name, city in cities.items() if name != MAIN},
        other_paths,
        judge,
        tuple(spec.steps),
        tuple(spec.structures),
        spec.kept_if,
    )


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


def _cities(paths: Mapping[str, Path], where: Locate) -> tuple[dict[str, CityConfig], list[Problem]]:
    """Return the cities that can be read, and what is wrong with the others.

    Raises
    ------
    ConfigError
        If the city that is calibrated cannot be read.
    """
    cities = {MAIN: load_config(paths[MAIN])}
    problems: list[Problem] = []
    for name, path in paths.items():
        keys = ("cities", name)
        if name != MAIN and not path.is_file():
            problems.append(Problem(*where(keys), dotted(keys), str(path), "there is no such file"))
        elif name != MAIN:
            try:
                cities[name] = load_config(path)
            except ConfigError as error:
                problems += error.problems
    return cities, problems
