"""Every setting of a configuration, as its schema describes it: meaning, unit and what is allowed.

The schema is the JSON schema that pydantic makes of a model; meanings are the docstrings of the fields, and units
those of `flowsim.config.types.Unit`. Nothing about a setting is written down here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

ANY = "*"


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
        What may stand there, in words.
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
    return list(_Walk(type(config)).given(data))


def settings_known(model: type[BaseModel]) -> list[Setting]:
    """Return every setting that a model knows; of a distribution, the settings of each family."""
    return list(_Walk(model).known())


@dataclass(frozen=True)
class _Here:
    """Where a walk through a schema stands."""

    node: Mapping[str, Any]
    path: tuple[str, ...] = ()
    meaning: str = ""
    unit: str = ""
    group: str = ""  # meaning of the distribution whose parameter this is

    def below(self, name: str, node: Mapping[str, Any]) -> _Here:
        return replace(self, node=node, path=(*self.path, name), meaning=node.get("description", ""))

    def setting(self, value: Any = None) -> Setting:
        meaning = f"{self.group.rstrip('.')}: {_uncapitalised(self.meaning)}" if self.group else self.meaning
        return Setting(".".join(self.path), meaning, _kind(self.node) or self.unit, allowed(self.node), value)


class _Walk:
    """A walk through the schema of a model."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.schema = model.model_json_schema()

    def given(self, data: Mapping[str, Any]) -> Iterator[Setting]:
        yield from self._given(self._resolved(_Here(self.schema)), data)

    def known(self) -> Iterator[Setting]:
        yield from self._known(self._resolved(_Here(self.schema)))

    def _given(self, here: _Here, data: Any) -> Iterator[Setting]:
        if data is None or data in ({}, []):
            return
        node = here.node
        if "discriminator" in node:
            by = node["discriminator"]
            yield from self._given(self._variety(here, by["mapping"][data[by["propertyName"]]]), data)
        elif _of_days(node):
            yield self._of_day(here).setting(data)
        elif isinstance(data, Mapping) and ("properties" in node or "additionalProperties" in node):
            for name, value in data.items():
                inner = node.get("properties", {}).get(name)
                yield from self._given(self._below(here, name, inner), value)
        else:
            yield here.setting(data)

    def _known(self, here: _Here) -> Iterator[Setting]:
        node = here.node
        if "discriminator" in node:
            for reference in node["discriminator"]["mapping"].values():
                yield from self._known(self._variety(here, reference))
        elif _of_days(node):
            yield self._of_day(here).setting()
        elif "properties" in node:
            for name, inner in node["properties"].items():
                yield from self._known(self._below(here, name, inner))
        elif isinstance(node.get("additionalProperties"), Mapping):
            yield from self._known(self._below(here, ANY))
        elif "properties" in self._resolved(replace(here, node=node.get("items", {}))).node:
            yield from self._known(self._resolved(replace(here, node=node["items"])))
        else:
            yield here.setting()

    def _below(self, here: _Here, name: str, node: Mapping[str, Any] | None = None) -> _Here:
        """Go down to a field, or to an entry of a mapping, which means what the mapping means."""
        if node is not None:
            return self._resolved(here.below(name, node))
        entry = replace(here, node=here.node["additionalProperties"], path=(*here.path, name))
        return self._resolved(entry)

    def _variety(self, here: _Here, reference: str) -> _Here:
        return self._resolved(replace(here, node={"$ref": reference}, group=here.meaning))

    def _of_day(self, here: _Here) -> _Here:
        return replace(here, unit=here.node["additionalProperties"].get("unit", here.unit))

    def _resolved(self, here: _Here) -> _Here:
        """Follow references, and choose what an optional setting holds when it is given; keep the last unit met."""
        node, unit = dict(here.node), here.unit
        while True:
            unit = node.get("unit", unit)
            if "$ref" in node:
                reference = node.pop("$ref").rsplit("/", 1)[-1]
                node = {**self.schema["$defs"][reference], **node}
            elif "anyOf" in node:
                # What can be written in several ways is described by the last, which is the fullest.
                node = dict([choice for choice in node["anyOf"] if choice != {"type": "null"}][-1])
            else:
                break
        items = node.get("items", {})
        return replace(here, node=node, unit=items.get("unit", unit) if isinstance(items, Mapping) else unit)


def allowed(node: Mapping[str, Any]) -> str:
    """Return what a node of a schema allows, in words."""
    choices = node.get("enum", [node["const"]] if "const" in node else None)
    if choices is not None:
        return ", ".join(map(str, choices))
    kind = node.get("type")
    if kind == "array":
        return _counted(node, allowed(node["items"]))
    if kind in ("number", "integer"):
        return " ".join(filter(None, ("whole number," if kind == "integer" else "", _range(node)))).rstrip(",")
    if node.get("format") == "date":
        return "a date"
    if _of_days(node):
        return f"{allowed(node['additionalProperties'])}, for each date"
    return {"string": "any text", "boolean": "true, false"}.get(kind, "any value")


def _counted(node: Mapping[str, Any], each: str) -> str:
    least, most = node.get("minItems", 0), node.get("maxItems")
    number = f"{least}" if least == most else f"{least} or more"
    return f"{number} values, each {each}"


def _range(node: Mapping[str, Any]) -> str:
    low, above = node.get("minimum"), node.get("exclusiveMinimum")
    high, below = node.get("maximum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"{low:,} to {high:,}"
    lower = f"{low:,} or more" if low is not None else f"above {above:,}" if above is not None else ""
    upper = f"up to {high:,}" if high is not None else f"below {below:,}" if below is not None else ""
    return ", ".join(filter(None, (lower, upper))) or "any number"


def _kind(node: Mapping[str, Any]) -> str:
    """Return what stands in the place of a unit for what is no number."""
    if node.get("type") == "array":
        return _kind(node["items"])
    if "enum" in node or "const" in node:
        return "choice"
    if "format" in node:
        return node["format"]
    return {"string": "text", "boolean": "choice"}.get(node.get("type"), "")


def _of_days(node: Mapping[str, Any]) -> bool:
    """Whether a mapping has a date for each of its names: it counts as one setting."""
    return node.get("propertyNames", {}).get("format") == "date"


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
