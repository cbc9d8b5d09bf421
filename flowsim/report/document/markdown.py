"""Markdown from data: tables, names, values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from flowsim.report.settings_table import ITEMS_SHOWN, ends_of


def rendered(template: str, **what: Any) -> str:
    """Return a template of this package, filled in."""
    source = files("flowsim.report").joinpath("templates", template).read_text(encoding="utf-8")
    # Markdown, not HTML: names and values are escaped where they are put into a table.
    environment = Environment(
        autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(source).render(**what)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; empty columns are left out, and a table without rows is the word none."""
    filled = [[cell(value) for value in row] for row in rows]
    if not filled:
        return "None."
    used = [i for i in range(len(headings)) if any(row[i] for row in filled)]
    lines = [[headings[i] for i in used], ["---"] * len(used), *([row[i] for i in used] for row in filled)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: Any) -> str:
    """Return the content of a cell of a table; several lines become one with breaks."""
    text = "" if value is None else str(value)
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>").strip()


def code(name: str | None) -> str:
    """Return a name in code style; nothing for none."""
    return f"`{name}`" if name else ""


def codes(names: Iterable[str]) -> str:
    """Return several names."""
    return ", ".join(code(name) for name in names)


def shown(value: Any) -> str:
    """Return a value of a configuration as a person writes it; of a long table its size and its ends."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{int(value)}" if value.is_integer() and abs(value) < 1e15 else f"{value!r}"
    if isinstance(value, Mapping):
        pairs = [f"{name}: {shown(inner)}" for name, inner in value.items()]
        if len(pairs) > ITEMS_SHOWN:
            return f"{len(pairs)} values, from {pairs[0]} to {pairs[-1]}"
        return ", ".join(pairs)
    if isinstance(value, list):
        if ends := ends_of(value):
            return ends
        plain = not any(isinstance(item, Mapping | list) for item in value)
        return ", ".join(map(shown, value)) if plain else "; ".join(map(shown, value))
    return str(value)
