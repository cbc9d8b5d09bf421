"""Where every number comes from: one entry for each leaf of a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, RootModel, model_validator

from flowsim.config.errors import Keys
from flowsim.config.load import read_yaml
from flowsim.config.validation import validate


class Provenance(BaseModel):
    """Where one value comes from.

    `seed` is the brief this project began with, `published` a source that anybody can read, `calibrated` a value moved
    until the model reproduced its targets, `assumption` our judgement. The first two name their source in `reference`.
    `range` is between which values the number may lie, for a sensitivity analysis.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["seed", "published", "calibrated", "assumption"]
    reference: str = ""
    note: str = ""
    range: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _names_its_source(self) -> Provenance:
        if self.kind in ("seed", "published") and not self.reference.strip():
            raise ValueError(f"a value of kind {self.kind} needs a reference")
        return self

    @model_validator(mode="after")
    def _range_rises(self) -> Provenance:
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError(f"range: {self.range[0]:g} must be below {self.range[1]:g}")
        return self


def leaves(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the leaves of nested settings, from dotted path to value.

    A leaf is a single value, a whole list, or a group with nothing in it.
    """
    found: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            found |= {f"{key}.{inner}": leaf for inner, leaf in leaves(value).items()}
        else:
            found[str(key)] = value
    return found


def load_provenance(path: str | Path) -> dict[str, Provenance]:
    """Read a YAML file that gives, for each dotted path, the source of the value.

    Raises
    ------
    ConfigError
        If the file cannot be read or an entry is not sound.
    """
    data, lines = read_yaml(path)

    def origin(keys: Keys) -> tuple[str, int]:
        while keys not in lines:
            keys = keys[:-1]
        return str(path), lines[keys]

    return validate(RootModel[dict[str, Provenance]], data, origin).root


def check_provenance(config_data: Mapping[str, Any], provenance: Iterable[str]) -> tuple[list[str], list[str]]:
    """Compare a configuration with its provenance.

    Parameters
    ----------
    config_data : mapping
        Raw data, as `flowsim.config.load.resolved` returns them.
    provenance : iterable of str
        Dotted paths that have an entry, such as the result of `load_provenance`.

    Returns
    -------
    missing : list of str
        Leaves without an entry.
    stale : list of str
        Entries without a leaf.
    """
    paths = list(leaves(config_data))
    entries = list(provenance)
    return sorted(set(paths) - set(entries)), sorted(set(entries) - set(paths))
