"""What is wrong with what a person wrote, in words that help."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel

PROBLEMS_SHOWN = 20
VALUE_CHARACTERS = 60
ALIKE = 0.7  # how like an allowed word a misspelt one must be (difflib's ratio): bets and beds are 0.75


class NoValue(Enum):
    """The value of a problem that is about no value; an enum, so that it survives pickling."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE
Keys = tuple[str | int, ...]
Locate = Callable[[Keys], tuple[str | None, int | None]]
Model = TypeVar("Model", bound=BaseModel)


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
    mended : pydantic.BaseModel or None
        What was most likely meant, if that can be said: with it, a reader can look for what else is wrong.
    """

    def __init__(self, problems: Sequence[Problem], mended: BaseModel | None = None) -> None:
        super().__init__(problems)
        self.problems = list(problems)
        self.mended = mended

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:PROBLEMS_SHOWN]]
        more = len(self.problems) - PROBLEMS_SHOWN
        if more > 0:
            lines.append(f"... and {more} more {'problem' if more == 1 else 'problems'}")
        return "\n".join(lines)


class Faults(ValueError):
    """Several things that a validator finds wrong; the text of each may begin with a dotted path (see `validate`)."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


def nearest(word: str, allowed: Sequence[str]) -> str | None:
    """Return the allowed word most like a misspelt one, or None if none is like it."""
    found = get_close_matches(word, allowed, n=1, cutoff=ALIKE)
    return found[0] if found else None


def dotted(keys: Keys) -> str:
    """Return a path as a person writes it."""
    return ".".join(map(str, keys))


def _shown(value: Any) -> str:
    if value is None:
        return "an empty value"
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= VALUE_CHARACTERS else text[: VALUE_CHARACTERS - 3] + "..."
