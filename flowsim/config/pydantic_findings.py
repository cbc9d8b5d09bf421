"""What pydantic finds wrong with data: where it is in what the user wrote, and what is allowed there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NamedTuple

from flowsim.config.errors import NO_VALUE, Keys, Locate, Problem, dotted, nearest
from flowsim.config.number_hints import date_hint, number_hint, number_meant
from flowsim.config.retired import replaced_by
from flowsim.config.schema_tree import Node

KEYS_SHOWN = 8
NEAREST_SHOWN = 5
DAILY_RATES = "daily_rates"
MONTHLY_RETURN = "monthly_return"
_THOUSANDS = r"[0-9]{3}(?:\.[0-9]+)?"  # what stands after the comma of 1,200
_FACTORS = ("scale", "demand_factor")
Finding = Mapping[str, Any]  # one of pydantic's


class Place(NamedTuple):
    """Where a finding of pydantic is in the user's data."""

    keys: Keys
    value: Any
    allowed: list[str]
    union: Keys | None
    about_key: bool


def place_of(finding: Finding, data: Any, tree: Node) -> Place:
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
        value = item_at(value, part)
    if finding["type"].startswith("union_tag"):
        tag = finding["ctx"]["discriminator"].strip("'")
        keys, value = (*keys, tag), item_at(value, tag)
        allowed = list(node.varieties)
    return Place(keys, value, allowed, union, about_key)


def item_at(value: Any, key: str | int) -> Any:
    """Return an item of a group or a list, or `NO_VALUE` if there is none."""
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return NO_VALUE


def of_interest(placed: list[tuple[Finding, Place]]) -> list[tuple[Finding, Place]]:
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


def problem_of(finding: Finding, place: Place, locate: Locate) -> Problem:
    """Return a finding as people read it."""
    keys, value, message = place.keys, place.value, _message(finding, place)
    if finding["type"] == "extra_forbidden":
        message = replaced_by(dotted(keys)) or _no_such_setting(str(keys[-1]), place.allowed)
        if value is None and re.fullmatch(_THOUSANDS, str(keys[-1])):
            message = "there is no such setting; within { } a number of thousands has no comma: write 1200"
        value = NO_VALUE
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
            inner = item_at(inner, inside[-1])
        if colon and inner is not NO_VALUE:
            keys, value, message = (*keys, *inside), inner, rest
    file, line = locate(keys)
    return Problem(file, line, dotted(keys), value, message)


def together(problems: list[tuple[Problem, Keys | None]]) -> list[Problem]:
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


def _message(finding: Finding, place: Place) -> str:
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
    return f"{message}{_hint(kind, place)}"


def _hint(kind: str, place: Place) -> str:
    """Return what to write instead of a text that is to be a number, a date or a list, if that can be said."""
    value, hint = place.keys[-1] if place.about_key else place.value, ""
    if not isinstance(value, str):
        return hint
    if kind.startswith(("float_", "int_")):
        hint = number_hint(value, whole=kind.startswith("int_"))
        if hint and value.endswith("%") and place.keys[-1] in _FACTORS:
            more = 1 + float(number_meant(value) or 0.0)
            hint = f"{value} of it is {hint.removeprefix('write ')}, and {value} more is {more:.12g}"
    elif kind.startswith("date_"):
        hint = date_hint(value)
    elif kind == "dict_type" and place.keys[-1] == DAILY_RATES:
        hint = "a CSV file can be named in a stream of a city, and in a change of a scenario or an intervention"
    elif kind == "list_type" and value and place.union is None:
        hint = f"write [{value}]"
    return f": {hint}" if hint else ""


def _bound(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
