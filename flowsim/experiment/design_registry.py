"""The designs that there are: those of the package `flowsim.experiment.designs`, and those that a script registers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from flowsim.config.errors import nearest
from flowsim.experiment.design_contract import GENERAL_TABLES, Design
from flowsim.experiment.registry import Registry

D = TypeVar("D", bound=Design)

_DESIGNS: Registry[Design] = Registry("design", "flowsim.experiment.designs")


def register(design: type[D]) -> type[D]:
    """Register a kind of design, so that experiment files can ask for it; a decorator of its class.

    Raises
    ------
    TypeError
        If the class has no kind (``kind: Literal["its_name"]``), or lacks a method that a design has.
    ValueError
        If another design has this kind, or one of its tables has a name that is taken.
    """
    kind = design.model_fields["kind"].annotation
    if get_origin(kind) is not Literal or len(get_args(kind)) != 1:
        raise TypeError(f'{design.__name__}: a design has a kind: `kind: Literal["its_name"]`')
    if inspect.isabstract(design):
        raise TypeError(f"{design.__name__}: a design needs {', '.join(sorted(design.__abstractmethods__))}")
    taken = [name for name in design.table_names if name in GENERAL_TABLES]
    if taken:
        raise ValueError(f"{design.__name__}: every experiment has a table {taken[0]}; give yours another name")
    _DESIGNS.add(get_args(kind)[0], design)
    return design


def designs() -> Mapping[str, type[Design]]:
    """Return the class of every kind of design, in alphabetical order of the kinds."""
    return _DESIGNS.all()


class _ByKind:
    """Validates a group of settings as the design that its `kind` names.

    Which designs there are is asked when a file is read and when its JSON schema is written, not when the schema is
    defined: a script may have registered one in the meantime.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_design)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(_any_design().core_schema)


AnyDesign = Annotated[Design, _ByKind]


def _any_design() -> TypeAdapter[Design]:
    union: Any = reduce(or_, designs().values())
    return TypeAdapter(Annotated[union, Field(discriminator="kind")])


def _design(settings: Any) -> Design:
    if isinstance(settings, Design):
        return settings
    kind = settings.get("kind") if isinstance(settings, Mapping) else None
    if isinstance(kind, str) and kind not in designs():
        meant = nearest(kind, list(designs()))
        guess = f"; did you mean {meant}?" if meant else ""
        raise ValueError(f"kind: must be one of {', '.join(map(repr, designs()))}{guess}")
    # As in flowsim.config.validation: strict JSON takes dates as text and guesses nothing. Pydantic puts what this
    # raises where the design stands.
    return _any_design().validate_json(json.dumps(settings, default=str), strict=True)
