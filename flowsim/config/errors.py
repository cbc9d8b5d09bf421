"""What is wrong with a configuration, in words that help the person who wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from flowsim.config.retired import replaced_by
from flowsim.config.schema_tree import Node, tree_of

PROBLEMS_SHOWN = 20
KEYS_SHOWN = 8
NEAREST_SHOWN = 5
VALUE_CHARACTERS = 60
EXACT_INTEGERS = 2.0**53


class NoValue(Enum):
    """The value of a problem that is about no value; an enum, so that it survives pickling."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE
Keys = tuple[str | int, ...]
Locate = Callable[[Keys], tuple[str | None, int | None]]
Model = TypeVar("Model", bound=BaseModel)
Finding = Mapping[str, Any]  # one of pydantic's


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it is, what is written there, and what is allowed.

    Attributes
    ----------
    file : str or None
        None for what comes from no file (a change made in Python).
    line : int or None
        Counted from 1.
    path : str
        Dotted path of the setting; empty for the file as a whole.
    value : object
        The offending value, or `NO_VALUE`.
    message : str
        What is allowed.
    """

    file: str | None
    line: int | None
    path: str
    value: Any
    message: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line is not None else self.file
        # A group of settings is too long to repeat, and its lines are easily found.
        bare = self.value is NO_VALUE or isinstance(self.value, Mapping)
        what = self.message if bare else f"{_shown(self.value)} is not allowed: {self.message}"
        return ": ".join(part for part in (where, self.path, what) if part)


class ConfigError(Exception):
    """What the user wrote is wrong.

    Its text has one problem a line, the first 20 of them, for a reader who does not program.

    Attributes
    ----------
    problems : list of Problem
        All of them.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = list(problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:PROBLEMS_SHOWN]]
        more = len(self.problems) - PROBLEMS_SHOWN
        if more > 0:
            lines.append(f"... and {more} more {'problem' if more == 1 else 'problems'}")
        return "\n".join(lines)


def nearest(word: str, allowed: Sequence[str]) -> str | None:
    """Return the allowed word most like a misspelt one, or None if none is like it."""
    found = get_close_matches(word, allowed, n=1)
    return found[0] if found else None


def dotted(keys: Keys) -> str:
    """Return a path as a person writes it."""
    return ".".join(map(str, keys))


def validate(model: type[Model], data: Mapping[str, Any], locate: Locate = lambda keys: (None, None)) -> Model:
    """Make a model of raw data.

    Types are taken at their word: `yes` is no number and "3" is none either. A whole number may be written 3, 3.0 or
    3e0. A validator of the model that raises a ValueError may begin its text with the dotted path of a setting inside
    its own part ("run.seed: ..."); the problem is then reported for that setting.

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
        With every problem that pydantic finds.
    """
    plain = _plain(data)
    try:
        # Strict JSON is pydantic's word for a data file: dates and enums are strings there, but nothing is guessed.
        return model.model_validate_json(json.dumps(plain, default=str), strict=True)
    except ValidationError as error:
        findings: list[Finding] = [{**finding} for finding in error.errors(include_url=False)]
    tree = tree_of(model)
    placed = [(finding, _place(finding, plain, tree)) for finding in findings]
    raise ConfigError(_together([(_problem(*pair, locate), pair[1].union) for pair in _of_interest(placed)]))


def _plain(value: Any) -> Any:
    """Copy data with string keys, and with whole floats as integers, since an integer may be written 1e3."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_INTEGERS:
        return int(value)
    return value


class _Place(NamedTuple):
    """Where a finding of pydantic is in the user's data."""

    keys: Keys
    value: Any
    allowed: list[str]
    union: Keys | None
    about_key: bool


def _place(finding: Finding, data: Any, tree: Node) -> _Place:
    """Follow pydantic's location through data and schema.

    Pydantic mixes the names of union members into its locations; the user never wrote those, so they are left out.
    """
    keys: Keys = ()
    union: Keys | None = None
    allowed: list[str] = []
    about_key = False
    node, value = tree, data
    for part in finding["loc"]:
        if part == "[key]":
            about_key = True
            continue
        if node.members:
            if not node.varieties and union is None:
                union = keys
            node = node.form(str(part))
            continue
        if isinstance(part, int):
            inner = node.item
        elif node.schema.get("type") == "object":
            allowed = list(node.fields)
            inner = node.below(part)
        elif isinstance(value, Mapping) and part in value:
            inner = None
        else:
            continue
        node = inner or node.unknown()
        keys += (part,)
        value = _item(value, part)
    if finding["type"].startswith("union_tag"):
        tag = finding["ctx"]["discriminator"].strip("'")
        keys, value = (*keys, tag), _item(value, tag)
        allowed = list(node.varieties)
    return _Place(keys, value, allowed, union, about_key)


def _item(value: Any, key: str | int) -> Any:
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return NO_VALUE


def _of_interest(placed: list[tuple[Finding, _Place]]) -> list[tuple[Finding, _Place]]:
    """Leave out findings that follow from others."""
    # Of a union, pydantic says why each member does not fit. Where the user wrote a group of settings, only what is
    # wrong inside it is of interest, and not that it is no number.
    deeper = {place.union for _, place in placed if place.union is not None and len(place.keys) > len(place.union)}
    placed = [(f, p) for f, p in placed if p.union is None or p.union not in deeper or p.keys != p.union]
    # Nor is it when the group as a whole is refused.
    whole = {p.union for f, p in placed if f["type"] == "value_error" and isinstance(p.value, Mapping)} - {None}
    placed = [(f, p) for f, p in placed if p.union not in whole or f["type"] == "value_error"]
    # A misspelt key is not missing as well.
    meant = {(*p.keys[:-1], nearest(str(p.keys[-1]), p.allowed)) for f, p in placed if f["type"] == "extra_forbidden"}
    return [(f, p) for f, p in placed if f["type"] != "missing" or p.keys not in meant]


def _problem(finding: Finding, place: _Place, locate: Locate) -> Problem:
    keys, value, message = place.keys, place.value, _message(finding, place)
    if finding["type"] == "extra_forbidden":
        old = replaced_by(dotted(keys))
        message, value = old or _no_such_setting(str(keys[-1]), place.allowed), NO_VALUE
    elif place.about_key:
        names = re.findall(r"'([^']*)'", finding.get("ctx", {}).get("expected", ""))
        if names:
            message = _no_such_setting(str(keys[-1]), names)
        value = NO_VALUE if names else keys[-1]
    elif finding["type"] == "missing":
        value = NO_VALUE
    elif finding["type"] == "value_error":
        named, colon, rest = message.partition(": ")
        inner, inside = value, list[str | int]()
        for key in named.split("."):
            inside.append(int(key) if isinstance(inner, list) and key.isdigit() else key)
            inner = _item(inner, inside[-1])
        if colon and inner is not NO_VALUE:
            keys, value, message = (*keys, *inside), inner, rest
    file, line = locate(keys)
    return Problem(file, line, dotted(keys), value, message)


def _together(problems: list[tuple[Problem, Keys | None]]) -> list[Problem]:
    """Make one problem of those that the members of a union have with one value: "must be a number or a list"."""
    found: dict[object, Problem] = {}
    for number, (problem, union) in enumerate(problems):
        key = number if union is None else (union, problem.path)
        before = found.setdefault(key, problem)
        if problem.message not in before.message:
            message = f"{before.message} or {problem.message.removeprefix('must be ')}"
            found[key] = replace(before, message=message)
    return list(found.values())


def _no_such_setting(key: str, allowed: list[str]) -> str:
    meant = nearest(key, allowed)
    text = "there is no such setting" + (f"; did you mean {meant}?" if meant else "")
    if not allowed:
        return text
    shown = allowed if len(allowed) <= KEYS_SHOWN else get_close_matches(key, allowed, n=NEAREST_SHOWN, cutoff=0.0)
    more = len(allowed) - len(shown)
    return f"{text} (allowed here: {', '.join(shown)}{f' and {more} more' if more else ''})"


_WHOLE = "must be a whole number"
_NUMBER = "must be a number"
_TRUTH = "must be true or false"
_DATE = "must be a date such as 2016-04-01"
_TIME = "must be a time of day such as '08:30'"
_GROUP = "must be a group of settings (name: value)"
_LIST = "must be a list"
_DATES = {
    "greater_than_equal": "must be {ge} or later",
    "less_than_equal": "must be {le} or earlier",
}
_MESSAGES = {
    "missing": "this setting is missing",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "must be a smaller number",
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "time_type": _TIME,
    "time_parsing": _TIME,
    "string_type": "must be text",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have {max_length} or fewer characters",
    "string_pattern_mismatch": "must fit the pattern {pattern}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "dict_type": _GROUP,
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "too_short": "must have {min_length} or more items, this has {actual_length}",
    "too_long": "must have {max_length} or fewer items, this has {actual_length}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "none_required": "must be left empty",
    "json_invalid": "groups are nested too deeply, or a text holds an invalid character",
}


def _message(finding: Finding, place: _Place) -> str:
    kind, context = finding["type"], finding.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return " ".join(str(context["error"]).split())
    if kind == "union_tag_not_found":
        return f"this setting is missing; it must be one of {', '.join(map(repr, place.allowed))}"
    if kind not in _MESSAGES:
        return " ".join(finding["msg"].replace("Input should", "must").split())
    if isinstance(place.value, str) and kind in _DATES:
        return _DATES[kind].format(**context)
    message = _MESSAGES[kind].format(**{name: _bound(bound) for name, bound in context.items()})
    if kind == "string_type" and isinstance(place.value, bool | int | float):
        return f"{message} (put it in quotes)"
    return message


def _bound(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


def _shown(value: Any) -> str:
    if value is None:
        return "an empty value"
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= VALUE_CHARACTERS else text[: VALUE_CHARACTERS - 3] + "..."
