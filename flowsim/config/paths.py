"""The one way along a dotted path: names of settings, and places in lists, counted from 0 (``surge.0.units``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

from pydantic import BaseModel


def is_place(name: str) -> bool:
    """Return whether a part of a path is the place of an entry in a list."""
    return name.isascii() and name.isdigit()


def value_at(group: Any, path: str) -> Any:
    """Return the setting at a dotted path of a configuration, of raw data, or of a group of its settings.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _along(group, path.split("."))


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set what stands at a dotted path of raw data, in place.

    Raises
    ------
    KeyError
        If nothing stands there.
    """
    *above, last = path.split(".")
    holder = _along(data, above)
    _along(holder, [last])
    holder[int(last) if isinstance(holder, list) else last] = value


def around(path: str) -> str:
    """Return the path of the group that holds a setting; empty for one at the top."""
    return path.rpartition(".")[0]


def list_around(path: str) -> str:
    """Return the path of the list that a setting is in, which a file gives as a whole; as it is, if it is in none."""
    return ".".join(takewhile(lambda name: not is_place(name), path.split(".")))


def numbers_in(data: Any, above: str = "") -> dict[str, int | float]:
    """Return every number in raw data by its dotted path, those in lists by their place."""
    if isinstance(data, Mapping | list):
        inside = data.items() if isinstance(data, Mapping) else enumerate(data)
        start = f"{above}." if above else ""
        return {path: number for key, value in inside for path, number in numbers_in(value, f"{start}{key}").items()}
    return {above: data} if isinstance(data, int | float) and not isinstance(data, bool) else {}


def entries_in_words(entries: list[Any], path: str) -> str:
    """Say how many entries a list has, and how to name one of them: "ages has 3 entries, ages.0 to ages.2"."""
    if len(entries) == 1:
        return f"{path} has 1 entry, {path}.0"
    return f"{path} has {len(entries)} entries, {path}.0 to {path}.{len(entries) - 1}"


def _along(group: Any, names: Iterable[str]) -> Any:
    for name in names:
        if isinstance(group, list | tuple):
            if not is_place(name) or int(name) >= len(group):
                raise KeyError(name)
            group = group[int(name)]
        else:
            group = (vars(group) if isinstance(group, BaseModel) else group if isinstance(group, Mapping) else {})[name]
    return group
