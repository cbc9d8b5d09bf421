"""Every setting of a configuration, as its schema describes it: meaning, unit and what is allowed.

The schema is the JSON schema that pydantic makes of a model; meanings are the docstrings of the fields, and units
those of `flowsim.config.types.Unit`. Nothing about a setting is written down here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from flowsim.config.schema_tree import ANY, Node, Schema, tree_of

ITEMS_SHOWN = 31  # of a longer table only its ends are shown


@dataclass(frozen=True)
class Setting:
    """One setting that holds a value of its own: no group.

    Attributes
    ----------
    path : str
        Dotted path; ``*`` stands for any name where the path is that of a schema and not of a configuration.
    meaning, unit : str
        Empty where the schema does not say.
    allowed : str
        What is allowed, in words.
    value : object
        As in the configuration; None in a schema.
    """

    path: str
    meaning: str
    unit: str
    allowed: str
    value: Any = None


def settings_of(config: BaseModel) -> list[Setting]:
    """Return the settings of a configuration, defaults included, in the order of the schema.

    Settings that are not given, and groups with nothing in them, are left out.
    """
    data = config.model_dump(mode="json", by_alias=True, round_trip=True)
    return list(_given(tree_of(type(config)), data))


def settings_known(model: type[BaseModel]) -> list[Setting]:
    """Return every setting that a model knows; of a distribution, the settings of each family."""
    return list(_known(tree_of(model)))


def ends_of(rows: Sequence[Any]) -> str:
    """Return how long a table is that is a list of groups, with the first setting of both its ends; empty if short."""
    if len(rows) <= ITEMS_SHOWN or not isinstance(rows[0], Mapping):
        return ""
    first, last = (": ".join(map(str, next(iter(row.items())))) for row in (rows[0], rows[-1]))
    return f"{len(rows)} rows, from {first} to {last}"


def _given(here: Node, data: Any, group: str = "") -> Iterator[Setting]:
    """Yield the settings that hold data, at and below a node; `group` is the meaning of the distribution around it."""
    if data is None or data in ({}, []):
        return
    here = _fullest(here)
    if here.variety_field is not None:
        yield from _given(here.varieties[data[here.variety_field]], data, here.meaning)
    elif isinstance(data, Mapping) and not here.is_by_date and all(map(here.below, data)):
        for name, value in data.items():
            yield from _given(here.below(name) or here.unknown(), value, group)
    else:
        yield _setting(here, group, data)


def _known(here: Node, group: str = "") -> Iterator[Setting]:
    """Yield every setting at and below a node."""
    here = _fullest(here)
    entry, items = here.below(ANY), here.item
    if here.varieties:
        for variety in here.varieties.values():
            yield from _known(variety, here.meaning)
    elif here.fields:
        for name in here.fields:
            yield from _known(here.below(name) or here.unknown(), group)
    elif entry is not None and not here.is_by_date:
        yield from _known(entry, group)
    elif items is not None and items.fields:
        yield from _known(items, group)
    else:
        yield _setting(here, group)


def _fullest(here: Node) -> Node:
    """Return the form that describes a setting which can be written in several: the last, which is the fullest."""
    while here.members and not here.varieties:
        here = here.members[-1]
    return here


def _setting(here: Node, group: str, value: Any = None) -> Setting:
    meaning = f"{group.rstrip('.')}: {_uncapitalised(here.meaning)}" if group else here.meaning
    return Setting(".".join(here.path), meaning, _kind(here) or _single(here).unit, _allowed(here), value)


def _single(here: Node) -> Node:
    """Return the item of a list, or the value of a table of days; elsewhere the node itself."""
    return (here.below(ANY) if here.is_by_date else here.item) or here


def _allowed(node: Node) -> str:
    """Return what a node allows, in words."""
    schema = node.schema
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices is not None:
        return ", ".join(map(str, choices))
    kind = schema.get("type", "")
    if kind == "array":
        return _counted(schema, _allowed(_single(node)))
    if kind in ("number", "integer"):
        return " ".join(filter(None, ("whole number," if kind == "integer" else "", _range(schema)))).rstrip(",")
    if schema.get("format") == "date":
        return "a date"
    if node.is_by_date:
        return f"{_allowed(_single(node))}, for each date"
    return {"string": "any text", "boolean": "true, false"}.get(kind, "any value")


def _counted(schema: Schema, each: str) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    number = f"{least}" if least == most else f"{least} or more"
    return f"{number} values, each {each}"


_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def _bound(schema: Schema, of: str) -> str | None:
    """Return a bound as people write it; versions of pydantic differ in whether 0 is 0.0."""
    value = schema.get(of)
    return None if value is None else f"{int(value) if value == int(value) else value:,}"


def _range(schema: Schema) -> str:
    low, above, high, below = (_bound(schema, of) for of in _BOUNDS)
    if low is not None and high is not None:
        return f"{low} to {high}"
    lower = f"{low} or more" if low is not None else f"above {above}" if above is not None else ""
    upper = f"up to {high}" if high is not None else f"below {below}" if below is not None else ""
    return ", ".join(filter(None, (lower, upper))) or "any number"


def _kind(node: Node) -> str:
    """Return what is shown instead of a unit where the value is not a number; nothing where it is one."""
    schema = (node.item or node).schema
    if "enum" in schema or "const" in schema:
        return "choice"
    if "format" in schema:
        return str(schema["format"])
    return {"string": "text", "boolean": "choice"}.get(schema.get("type", ""), "")


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
