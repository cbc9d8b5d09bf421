"""Changes to a configuration, by dotted path: how scenarios and interventions differ from the baseline."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from numbers import Real
from typing import Any

from flowsim.config.change_schema import DATES
from flowsim.config.daily_rates import without_effect
from flowsim.config.errors import NO_VALUE, ConfigError, Locate, Model, Problem, nearest
from flowsim.config.history_numbers import HISTORY, OPERATIONS, by_place, move_dates
from flowsim.config.paths import around, entries_in_words, is_place, put, value_at
from flowsim.config.pydantic_findings import DAILY_RATES
from flowsim.config.retired import replaced_by
from flowsim.config.validation import validate

LATER = "changes"
_NAMES_SHOWN = 8


def apply_changes(
    data: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], keeps_dated: bool = False
) -> dict[str, Any]:
    """Return a copy of raw data with changes applied, one after the other.

    `scale` and `add` calculate in decimals, as a person does: 100 beds scaled by 1.1 are 110 beds, and a whole number
    stays one if the result is whole.

    Parameters
    ----------
    data : mapping
        Nested settings.
    changes : sequence of mappings
        Each has a `path` such as "services.beds.capacity", which must exist, and one of `set` (any value), `scale`
        (a factor) and `add` (a number). A number in a path is the place of an entry in a list, counted from 0. What an
        entry of the history changes has the paths of `flowsim.config.history_numbers`.
    keeps_dated : bool
        Whether the data are a city's, which has a `history` and a list of dated `changes`. A change with dates goes to
        the end of that list, and so does one without dates of a setting that has dated changes: it acts after them.

    Returns
    -------
    dict
        The changed copy.

    Raises
    ------
    ConfigError
        If a change is not of this form, a path does not exist, or `scale` or `add` is given something that is not a
        number.
    """
    changed_data = deepcopy(dict(data))
    apply = _apply_or_keep if keeps_dated else _apply
    problems = [p for number, change in enumerate(changes, 1) for p in apply(changed_data, change, number)]
    if problems:
        raise ConfigError(problems)
    return changed_data


def with_changes(
    config: Model, changes: Sequence[Mapping[str, Any]], locate: Locate = lambda keys: (None, None)
) -> Model:
    """Return a new configuration with changes (see `apply_changes`) applied to every setting, defaults included.

    In a city, they act on top of its history.

    Parameters
    ----------
    config : pydantic.BaseModel
        Stays as it is.
    changes : sequence of mappings
        As in `apply_changes`.
    locate : callable, optional
        As in `flowsim.config.validation.validate`.

    Raises
    ------
    ConfigError
        As `apply_changes`; also if the changed configuration is not sound.
    """
    data = config.model_dump(mode="json", by_alias=True, round_trip=True)
    keeps_dated = HISTORY in data
    data = apply_changes(data, changes, keeps_dated)
    try:
        return validate(type(config), data, locate)
    except ConfigError as error:
        raise ConfigError([_of_setting(p, data) if keeps_dated else p for p in error.problems]) from None


def changed(config: Model, values: Mapping[str, Any]) -> Model:
    """Return a new configuration as if some settings had been written otherwise, from dotted path to value.

    In a city, its history acts on top of them, and its numbers can be among them (see `history_numbers`).

    Raises
    ------
    ConfigError
        If a path does not exist, or the changed configuration is not sound.
    """
    data = config.model_dump(mode="json", by_alias=True, round_trip=True)
    past = data.get(HISTORY) or {}
    moved = {path for path, value in values.items() if move_dates(past, path, value)}
    others = [{"path": path, "set": value} for path, value in values.items() if path not in moved]
    return validate(type(config), apply_changes(data, others))


def reckon(value: float, change: Mapping[str, Any]) -> Any:
    """Return what a change (with one of `set`, `scale` and `add`) makes of a number, in decimals."""
    operation = next(name for name in OPERATIONS if name in change)
    return change[operation] if operation == "set" else _reckoned(value, operation, change[operation])


def meet(one: str, other: str) -> bool:
    """Return whether two dotted paths are of the same setting, or one is inside the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _apply_or_keep(city: dict[str, Any], change: Mapping[str, Any], number: int) -> Iterator[Problem]:
    """Apply one change to a city in place, or keep it for later, or yield what is wrong with it."""
    path, is_dated = str(change.get("path")), any(change.get(name) for name in DATES)
    earlier = _kept(city)
    met = [before["path"] for before in earlier if meet(path, before["path"])]
    inside = [inner for inner in met if inner != path and inner.startswith(f"{path}.")]
    if not is_dated and not met:
        yield from _apply(city, change, number)
    elif not is_dated and inside and "set" in change:
        yield from _set_around(city, change, number, inside)
    else:
        at_full_effect = deepcopy(city)
        for before in earlier:
            list(_apply(at_full_effect, _undated(before), number))
        problems = list(_apply(at_full_effect, _undated(change), number))
        if not problems:
            city[LATER] = [*city[LATER], deepcopy(dict(change))]
        yield from problems


def _kept(city: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the changes that a city keeps: those of its history, and those after them."""
    groups = city[HISTORY].values() if isinstance(city[HISTORY], Mapping) else ()
    history = [change for group in groups if isinstance(group, Mapping) for change in group.get("changes", ())]
    return [change for change in (*history, *city[LATER]) if isinstance(change, Mapping) and "path" in change]


def _set_around(city: dict[str, Any], change: Mapping[str, Any], number: int, inside: list[str]) -> Iterator[Problem]:
    """Set a group in which settings have dated changes: throughout, and so these settings too."""
    yield from _apply(city, change, number)
    for inner in dict.fromkeys(inside):
        try:
            value = value_at(change["set"], inner.removeprefix(f"{change['path']}."))
        except KeyError:
            continue
        if value is not None:
            city[LATER] = [*city[LATER], {"path": inner, "set": deepcopy(value)}]


def _undated(change: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in change.items() if key not in DATES}


def _of_setting(problem: Problem, city: Mapping[str, Any]) -> Problem:
    """Return a problem with a change that a city keeps for later as one with the setting that it changes."""
    first, *inside = problem.path.split(".")
    if first != LATER or not inside or not inside[0].isdigit():
        return problem
    path = city[LATER][int(inside[0])]["path"]
    if len(inside) > 1:  # a date, say, that is none
        return replace(problem, path=f"{path}: {'.'.join(inside[1:])}")
    return replace(problem, path=path, value=NO_VALUE, message=problem.message.removeprefix(path).lstrip(": "))


def _apply(data: dict[str, Any], change: Mapping[str, Any], number: int) -> Iterator[Problem]:
    """Apply one change in place, or yield what is wrong with it."""
    operation = next((name for name in OPERATIONS if name in change), "")
    if set(change) != {"path", operation} or not isinstance(change["path"], str):
        yield Problem(None, None, f"change {number}", NO_VALUE, "a change has a path and one of set, scale and add")
        return
    path, operand = change["path"], change[operation]
    place = by_place(data.get(HISTORY) or {}, path)
    try:
        before = value_at(data, place)
    except KeyError:
        yield Problem(None, None, path, NO_VALUE, f"there is no such setting{_hint(data, path)}")
        return
    if operation == "set":
        group = value_at(data, around(place)) if "." in place else data
        if isinstance(group, dict):
            group.update(without_effect(group, {place.rpartition(".")[2]: operand}))
        put(data, place, deepcopy(operand))
    elif not _is_number(operand):
        yield Problem(None, None, path, operand, f"{operation} needs a number")
    elif not _is_number(before):
        message = f"{operation} needs a number to work on, and this setting is {_what_it_is(before, path)}"
        yield Problem(None, None, path, NO_VALUE, message)
    else:
        put(data, place, _reckoned(before, operation, operand))


def _hint(data: Mapping[str, Any], path: str) -> str:
    """Return which setting a path that does not exist may mean; nothing if its names are not like those of any."""
    if instead := replaced_by(path):
        return f": {instead}"
    if path.partition(".")[0] == HISTORY:
        return ": a change acts on top of the history; change the setting itself, with from_date if it begins on a day"
    group: Any = data
    meant: list[str] = []
    for name in path.split("."):
        if meant and isinstance(group, Mapping | list) and not group:
            return f": {'.'.join(meant)} is empty, so set it as a whole"
        if isinstance(group, list):
            if not is_place(name) or int(name) >= len(group):
                return f": {entries_in_words(group, '.'.join(meant))}"
            meant.append(name)
            group = group[int(name)]
            continue
        if not isinstance(group, Mapping):
            break
        near = name if name in group else nearest(name, list(group))
        if near is None:
            like = None if meant else nearest(path, list(_paths(data)))
            return f"; did you mean {like}?" if like else _listed(group, ".".join(meant))
        meant.append(near)
        group = group[near]
    return f"; did you mean {'.'.join(meant)}?"


def _listed(group: Mapping[str, Any], path: str) -> str:
    """Return which settings there are in a group."""
    shown = list(group)[:_NAMES_SHOWN]
    more = f" and {len(group) - len(shown)} more" if len(group) > len(shown) else ""
    return f" ({path or 'a city'} has {', '.join(shown)}{more})"


def _what_it_is(value: Any, path: str) -> str:
    """Say what a setting is that is no number, and how it can be changed."""
    if path.rpartition(".")[2] == DAILY_RATES:
        return "a table: set it to the name of a CSV file, or change demand_factor"
    if isinstance(value, Mapping):
        return f"a group of settings: change one of {', '.join(value)}, or set it as a whole"
    if isinstance(value, list):
        one = f"change one entry ({entries_in_words(value, path)}), or " if value else ""
        return f"a list: {one}set it as a whole: set: {json.dumps(value)}"
    return "empty: set it" if value is None else "not one"


def _paths(data: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in data.items():
        yield f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{above}{key}.")


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)


def _reckoned(value: float, operation: str, operand: float) -> int | float:
    left, right = Decimal(str(value)), Decimal(str(operand))
    result = left * right if operation == "scale" else left + right
    return int(result) if isinstance(value, int) and result == int(result) else float(result)
