"""From raw data to a model: checked as a whole, with everything that is wrong at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from flowsim.config.errors import NO_VALUE, ConfigError, Faults, Keys, Locate, Model, dotted, nearest
from flowsim.config.number_hints import date_meant, number_meant
from flowsim.config.pydantic_findings import Finding, Place, item_at, of_interest, place_of, problem_of, together
from flowsim.config.schema_tree import tree_of

EXACT_INTEGERS = 2.0**53
_ROUNDS = 3  # a misspelt name, then the value that it hid, then the check across settings that this hid


def validate(model: type[Model], data: Mapping[str, Any], locate: Locate = lambda keys: (None, None)) -> Model:
    """Make a model of raw data.

    Types are taken at their word: `yes` is no number and "3" is none either. A whole number may be written 3, 3.0 or
    3e0. A validator of the model that raises a ValueError may begin its text with the dotted path of a setting inside
    its own part ("run.seed: ..."); the problem is then reported for that setting. With `Faults` it raises several.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        What the data must fit.
    data : mapping
        Raw data, as YAML gives it.
    locate : callable, optional
        From the path of a setting to its file and line.

    Returns
    -------
    pydantic.BaseModel
        An instance of `model`.

    Raises
    ------
    ConfigError
        With every problem that is found: a value of which one can tell what was meant hides nothing behind it.
    """
    plain = _plain(data)
    config, findings = _tried(model, plain)
    if config is not None:
        return config
    tree = tree_of(model)
    placed = [(finding, place_of(finding, plain, tree)) for finding in findings]
    problems = together([(problem_of(*pair, locate), pair[1].union) for pair in of_interest(placed)])
    # What was most likely meant is put in, so that one wrong value does not hide what else is wrong.
    touched: list[Keys] = []
    for _ in range(_ROUNDS):
        plain, more = _mended(plain, placed)
        if not more:
            break
        touched += more
        config, findings = _tried(model, plain)
        if config is not None:
            break
        placed = [(finding, place_of(finding, plain, tree)) for finding in findings]
        for problem in (problem_of(*pair, locate) for pair in placed):
            if problem not in problems and not any(_one_is_above(problem.path, dotted(other)) for other in touched):
                problems.append(problem)
    raise ConfigError(problems, config)


def _tried(model: type[Model], plain: Any) -> tuple[Model | None, list[Finding]]:
    """Return a model of plain data, or else what pydantic finds wrong with them."""
    try:
        # Strict JSON is pydantic's word for a data file: dates and enums are strings there, but nothing is guessed.
        return model.model_validate_json(json.dumps(plain, default=str), strict=True), []
    except ValidationError as error:
        return None, [part for finding in error.errors(include_url=False) for part in _parts({**finding})]


def _parts(finding: Finding) -> list[Finding]:
    """Return a finding of several faults as one for each."""
    error = finding.get("ctx", {}).get("error")
    if not isinstance(error, Faults):
        return [finding]
    return [{**finding, "ctx": {"error": ValueError(fault)}} for fault in error.faults]


def _one_is_above(one: str, other: str) -> bool:
    """Return whether two dotted paths are of the same setting, or one is inside the other."""
    return not one or not other or f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _mended(plain: Any, placed: Sequence[tuple[Finding, Place]]) -> tuple[Any, list[Keys]]:
    """Return data with what was most likely meant, and the paths of what was changed.

    What cannot be guessed is left out, so that a default takes its place if there is one.
    """
    data = deepcopy(plain)
    touched: list[Keys] = []
    for finding, place in placed:
        group: Any = data
        for key in place.keys[:-1]:
            group = item_at(group, key)
        if (
            not place.keys
            or finding["type"] in ("missing", "value_error")
            or item_at(group, place.keys[-1]) is NO_VALUE
        ):
            continue
        key = place.keys[-1]
        touched.append(place.keys)
        meant = _meant(finding, place)
        if meant is not NO_VALUE:
            group[key] = meant
        elif isinstance(group, dict):
            value = group.pop(key)
            near = nearest(str(key), place.allowed) if finding["type"] == "extra_forbidden" else None
            if near is not None and near not in group:
                group[near] = value
                touched.append((*place.keys[:-1], near))
    return data, touched


def _meant(finding: Finding, place: Place) -> Any:
    """Return the value that was most likely meant, or the bound that a number must not pass; or `NO_VALUE`."""
    kind, value, context = finding["type"], place.value, finding.get("ctx", {})
    found: Any = None
    if place.about_key:
        return NO_VALUE
    if isinstance(value, str) and kind.startswith(("float_", "int_")):
        found = number_meant(value)
    elif isinstance(value, str) and kind.startswith("date_"):
        found = date_meant(value)
        found = None if found is None else found.isoformat()
    elif isinstance(value, int | float) and kind in ("greater_than_equal", "less_than_equal"):
        found = context["ge" if kind == "greater_than_equal" else "le"]
    elif isinstance(value, str) and kind == "literal_error":
        found = nearest(value, re.findall(r"'([^']*)'", context["expected"]))
    elif isinstance(value, int | float) and kind == "string_type":
        found = str(value)
    elif isinstance(value, str | dict) and kind == "list_type":
        found = [value]
    return NO_VALUE if found is None else found


def _plain(value: Any) -> Any:
    """Copy data with string keys, and with whole floats as integers, since an integer may be written 1e3."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_INTEGERS:
        return int(value)
    return value
