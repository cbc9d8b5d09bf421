"""JSON schemas for editors: they complete names, show what a setting means, and mark what cannot be.

What pydantic makes of a model describes a whole configuration. A person also writes files that extend others: such a
file says only what is different, takes things away with null, and names a CSV file where a table is meant. The schema
allows that, and so it finds less than ``flowsim check``, which sees the whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from flowsim.config.city_schema import CityConfig
from flowsim.config.intervention_schema import Intervention
from flowsim.config.load import EXTENDS
from flowsim.config.pydantic_findings import DAILY_RATES, MONTHLY_RETURN
from flowsim.config.schema_tree import NULL, rewritten
from flowsim.experiment.experiment_schema import ExperimentFile

# By the kind of file; a model that is added here has its schema written with the others.
FILES: dict[str, type[BaseModel]] = {"city": CityConfig, "intervention": Intervention, "experiment": ExperimentFile}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_EXTENDS = {
    "description": "File, or list of files, of which this one says what is different; relative to this file.",
    "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}],
}


def editor_schemas() -> dict[str, str]:
    """Return the schema of every kind of file, by the name of the file that it is written to."""
    return {f"{kind}.schema.json": editor_schema(model) for kind, model in FILES.items()}


def editor_schema(model: type[BaseModel]) -> str:
    """Return the schema of the files that hold a model, as JSON.

    What a file must hold it must hold only if it extends no other. Inside its groups nothing is required; the
    description of each group says what a whole one needs.
    """
    schema = model.model_json_schema()
    required = schema.get("required", [])
    opened = rewritten(schema, _open)
    opened["properties"] = {EXTENDS: _EXTENDS, **opened["properties"]}
    opened["if"] = {"not": {"required": [EXTENDS]}}
    opened["then"] = {"required": required}
    return json.dumps({"$schema": _DIALECT, **opened}, indent=1, ensure_ascii=False) + "\n"


def _open(node: dict[str, Any]) -> dict[str, Any]:
    """Open a part of a schema, of which all inside is open, for files that may give only a part, and null."""
    required = node.pop("required", [])
    node.pop("discriminator", None)  # the family of a distribution may be inherited
    forms = [form for form in node.pop("anyOf", node.pop("oneOf", [])) if form != NULL]
    if len(forms) == 1:
        node = {**forms[0], **node}
    elif forms:
        node["anyOf"] = forms
    if isinstance(node.get("additionalProperties"), Mapping):
        node["additionalProperties"] = _or_null(node["additionalProperties"])
    if "$defs" in node:
        node["$defs"] = {name: _or_null(group) for name, group in node["$defs"].items()}
    if "properties" in node:
        fields = node["properties"]
        node["properties"] = {name: field if name in required else _or_null(field) for name, field in fields.items()}
        for name in (DAILY_RATES, MONTHLY_RETURN):
            if name in fields:  # the name of a file too
                own = "object" if name == DAILY_RATES else "array"
                node["properties"][name] = {**fields[name], "type": [own, "string", "null"]}
    if required:
        needs = f"Needs: {', '.join(required)}."
        node["description"] = "\n\n".join(filter(None, (node.get("description"), needs)))
    return node


def _or_null(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node that also allows null; groups that are referred to do so themselves."""
    if "anyOf" in node:
        return {**node, "anyOf": [*node["anyOf"], NULL]}
    if "enum" in node:
        node = {**node, "enum": [*node["enum"], None]}
    return {**node, "type": [node["type"], "null"]} if isinstance(node.get("type"), str) else dict(node)
