"""The one walker of a schema: from a model down to each of its settings.

What is walked is the JSON schema that pydantic makes of a model. The meaning of a setting is the docstring of its
field; its unit and its change scope are annotations of `flowsim.config.types`. All of them are in that schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from flowsim.config.paths import is_place

Schema = Mapping[str, Any]

ANY = "*"
NULL = {"type": "null"}
_CHOICES = ("anyOf", "oneOf")
_TREES_KEPT = 32


@dataclass(frozen=True)
class Node:
    """A setting, or a group of settings.

    Attributes
    ----------
    schema : mapping
        Its JSON schema. References are followed, and an optional setting has the schema of its value.
    path : tuple of str
        Where it is; `ANY` stands for the name of any entry of a mapping.
    meaning : str
        The docstring of its field, or of the mapping that it is an entry of; empty if there is none.
    unit, change_scope : str
        Of the nearest field, from this one upwards, that has one; empty if none has.
    definitions : mapping
        The schemas that others refer to, by name.
    """

    schema: Schema
    path: tuple[str, ...] = ()
    meaning: str = ""
    unit: str = ""
    change_scope: str = ""
    definitions: Mapping[str, Schema] = field(default_factory=dict, repr=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of its fields, if it is a group of settings."""
        return tuple(self.schema.get("properties", ()))

    @property
    def members(self) -> tuple[Node, ...]:
        """The forms that it can be written in, if there are several; nothing otherwise."""
        return tuple(self._inside(form) for form in _choices(self.schema))

    @property
    def varieties(self) -> dict[str, Node]:
        """Its forms by the value of the field that tells them apart; nothing if no field does."""
        by_value = self.schema.get("discriminator", {}).get("mapping", {})
        return {value: self._inside({"$ref": reference}) for value, reference in by_value.items()}

    @property
    def variety_field(self) -> str | None:
        """Name of the field that tells its forms apart."""
        name: str | None = self.schema.get("discriminator", {}).get("propertyName")
        return name

    @property
    def item(self) -> Node | None:
        """Each item of a list; None if this is no list of one kind of item."""
        items = self.schema.get("items")
        return self._inside(items) if isinstance(items, Mapping) else None

    @property
    def is_by_date(self) -> bool:
        """Whether it is a mapping from dates, which counts as one setting."""
        return bool(self.schema.get("propertyNames", {}).get("format") == "date")

    def below(self, name: str) -> Node | None:
        """Return the field, the entry of a mapping or the place in a list of this name; None if there can be none."""
        path = (*self.path, name)
        if self.schema.get("type") == "array" and is_place(name):
            of_each, rest = self.schema.get("prefixItems", ()), self.schema.get("items")
            entry = of_each[int(name)] if int(name) < len(of_each) else rest
            return self._inside(entry, path=path) if isinstance(entry, Mapping) else None
        own = self.schema.get("properties", {}).get(name)
        if own is not None:
            return self._inside(own, path=path, meaning=own.get("description", ""))
        entries = [*self.schema.get("patternProperties", {}).values(), self.schema.get("additionalProperties")]
        return self._inside(entries[0], path=path) if isinstance(entries[0], Mapping) else None

    def at(self, path: str) -> Node | None:
        """Return the setting at a dotted path below this one, in whichever form has it; None if none has."""
        name, _, rest = path.partition(".")
        for form in (self, *self.members):
            inner = form.below(name)
            found = inner.at(rest) if inner is not None and rest else inner
            if found is not None:
                return found
        return None

    def form(self, label: str) -> Node:
        """Return the form that pydantic's locations call by this label; nothing is known of one that is not found."""
        if label in self.varieties:
            return self.varieties[label]
        for schema in _choices(self.schema):
            named = label == schema.get("$ref", "").rpartition("/")[2]
            if named or (label.startswith("tagged-union") and "discriminator" in schema):
                return self._inside(schema)
            if label == (form := self._inside(schema)).schema.get("type"):
                return form
        return self.unknown()

    def unknown(self) -> Node:
        """Return a node of which the schema says nothing."""
        return replace(self, schema={})

    def _inside(self, schema: Schema, **moved: Any) -> Node:
        """Return a node for a schema inside this one, with references followed, and the nearest unit and scope."""
        unit, change_scope = self.unit, self.change_scope
        while True:
            unit, change_scope = schema.get("unit", unit), schema.get("change_scope", change_scope)
            if "$ref" in schema:
                definition = self.definitions[schema["$ref"].rpartition("/")[2]]
                schema = {**definition, **{key: value for key, value in schema.items() if key != "$ref"}}
            elif len(forms := _choices(schema)) == 1:
                schema = forms[0]
            else:
                return replace(self, schema=schema, unit=unit, change_scope=change_scope, **moved)


class _WithKindOfKeys(GenerateJsonSchema):
    """Says of every mapping from dates that its keys are dates, as pydantic itself does from 2.10 on."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Return the JSON schema of a mapping."""
        written = super().dict_schema(schema)
        if schema.get("keys_schema", {}).get("type") == "date":
            written.setdefault("propertyNames", {"format": "date", "type": "string"})
        return written


@lru_cache(maxsize=_TREES_KEPT)
def tree_of(model: type[BaseModel]) -> Node:
    """Return the node of a whole model, from which all others can be reached."""
    schema = model.model_json_schema(schema_generator=_WithKindOfKeys)
    return Node({}, definitions=schema.get("$defs", {}))._inside(schema)


def rewritten(schema: Schema, rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Return a copy of a JSON schema of which every part is rewritten, each after those inside it."""
    copy = dict(schema)
    for keyword in ("items", "additionalProperties"):
        if isinstance(copy.get(keyword), Mapping):
            copy[keyword] = rewritten(copy[keyword], rewrite)
    for keyword in _CHOICES:
        if keyword in copy:
            copy[keyword] = [rewritten(part, rewrite) for part in copy[keyword]]
    for keyword in ("properties", "patternProperties", "$defs"):
        if keyword in copy:
            copy[keyword] = {name: rewritten(part, rewrite) for name, part in copy[keyword].items()}
    return rewrite(copy)


def _choices(schema: Schema) -> list[Schema]:
    """Return the forms that a schema allows, but for null; none if it is no choice."""
    return [form for keyword in _CHOICES for form in schema.get(keyword, ()) if form != NULL]
