"""What can be wrong with the structures of a targets file: every problem, with where it is and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowsim.calibration.free_settings import Parameter, numbers, written
from flowsim.calibration.structure_schema import Structure
from flowsim.calibration.targets_file import MAIN, TargetsFile
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Locate, Problem, dotted


def held_settings(city: CityConfig, structure: Structure) -> dict[str, Any]:
    """Return the settings that a structure holds at another value, by dotted path."""
    known = numbers(city)
    return {
        path: held.set if held.scale is None else written(known[path] * held.scale, known[path])
        for held in structure.hold
        for path in held.paths
    }


def free_parameters(parameters: Sequence[Parameter], structure: Structure) -> list[Parameter]:
    """Return the parameters that are fitted again with a structure."""
    held = {path for its in structure.hold for path in its.paths}
    return [
        parameter
        for parameter in parameters
        if (parameter.name in structure.free if structure.free else not held & set(parameter.settings))
    ]


def wrong_structures(
    cities: Mapping[str, CityConfig], parameters: Sequence[Parameter], spec: TargetsFile, where: Locate
) -> Iterator[Problem]:
    """Yield what is wrong with the structures."""
    city, names = cities[MAIN], [parameter.name for parameter in parameters]
    if spec.structures and len(cities) > 1:
        yield _problem(where, ("cities",), NO_VALUE, "structures are fitted to one city: leave out the others")
    series = {its.name for its in spec.observed if its.periods == "months"}
    for name in spec.kept_if.correlation_at_least:
        if name not in series:
            message = f"there is no series of months of this name (there are {', '.join(sorted(series)) or 'none'})"
            yield _problem(where, ("kept_if", "correlation_at_least", name), name, message)
    for i, structure in enumerate(spec.structures):
        keys: Keys = ("structures", i)
        if structure.name in [other.name for other in spec.structures[:i]]:
            yield _problem(where, (*keys, "name"), structure.name, "another structure has this name")
        for j, name in enumerate(structure.free):
            if name not in names:
                message = f"no parameter of this file has this name; they are {', '.join(names)}"
                yield _problem(where, (*keys, "free", j), name, message)
        yield from _wrong_holds(city, structure, keys, parameters, where)


def _wrong_holds(
    city: CityConfig, structure: Structure, keys: Keys, parameters: Sequence[Parameter], where: Locate
) -> Iterator[Problem]:
    known, problems = numbers(city), []
    free = free_parameters(parameters, structure)
    if not free:
        yield _problem(where, keys, NO_VALUE, "nothing is fitted again: every parameter is held")
    fitted = {path for parameter in free for path in parameter.settings}
    for j, held in enumerate(structure.hold):
        for k, path in enumerate(held.paths):
            here: Keys = (*keys, "hold", j, "path", *([] if isinstance(held.path, str) else [k]))
            if held.scale is not None and path not in known:
                problems.append(_problem(where, here, path, "there is no setting of this name that is a number"))
            elif path in fitted:
                problems.append(_problem(where, here, path, "this setting is free: it cannot be held as well"))
    yield from problems
    if problems:
        return
    try:
        changed(city, held_settings(city, structure))
    except ConfigError as error:
        for wrong in error.problems:
            message = f"the city cannot have it: {wrong.message}"
            yield _problem(where, (*keys, "hold"), wrong.path, message)


def _problem(where: Locate, keys: Keys, value: Any, message: str) -> Problem:
    return Problem(*where(keys), dotted(keys), value, message)
