"""What is wrong with an experiment, collected, so that people see it all at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowsim.config.change_schema import Change
from flowsim.config.errors import NO_VALUE, PROBLEMS_SHOWN, ConfigError, Keys, Locate, Problem, dotted, nearest

_NAMES_SHOWN = 8


@dataclass(frozen=True)
class LocatedChange:
    """A change as `flowsim.config.changes.apply_changes` takes it, and where in the experiment it stands."""

    change: Mapping[str, Any]
    keys: Keys


class Problems:
    """What is wrong so far; the same problem is reported once."""

    def __init__(self, where: Locate) -> None:
        self.where = where
        self._found: dict[str, Problem] = {}

    def __len__(self) -> int:
        return len(self._found)

    @property
    def many(self) -> bool:
        """Whether there are as many as a message shows."""
        return len(self) >= PROBLEMS_SHOWN

    def report(self, keys: Keys, message: str, value: Any = NO_VALUE) -> None:
        """Add what is wrong with a setting of the experiment."""
        self.keep(Problem(*self.where(keys), dotted(keys), value, message))

    def keep(self, *problems: Problem) -> None:
        """Add problems that know where they stand."""
        self._found.update({str(problem): problem for problem in problems})

    def blame(self, error: ConfigError, changes: Sequence[LocatedChange], otherwise: Keys) -> None:
        """Add what is wrong with a changed city, at the change that caused it."""
        for problem in error.problems:
            self.report(blamed(problem, changes) or otherwise, in_short(problem))

    @property
    def error(self) -> ConfigError:
        """All of them, to be raised."""
        return ConfigError(list(self._found.values()))

    def end(self) -> None:
        """Raise ConfigError if there are any."""
        if self._found:
            raise self.error


def located(changes: Sequence[Change], keys: Keys = ()) -> tuple[LocatedChange, ...]:
    """Return changes with the place where they stand: in the list `changes` of a group of settings."""
    return tuple(LocatedChange(change.plain, (*keys, "changes", i)) for i, change in enumerate(changes))


def blamed(problem: Problem, changes: Sequence[LocatedChange]) -> Keys | None:
    """Return where the last change stands that touches what a problem is about, or None if none does."""
    about = problem.path.split(".")
    for change in reversed(changes):
        touched = change.change["path"].split(".")
        common = min(len(about), len(touched))
        if about[:common] == touched[:common]:
            return change.keys
    return None


def in_short(problem: Problem) -> str:
    """Return a problem in words, without file and line."""
    return str(Problem(None, None, problem.path, problem.value, problem.message))


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """Say that there is no such thing, and which one may be meant or which ones there are."""
    meant = nearest(name, list(known))
    if meant:
        return f"there is no {what} called {name}; did you mean {meant}?"
    more = f" and {len(known) - _NAMES_SHOWN} more" if len(known) > _NAMES_SHOWN else ""
    names = ", ".join(list(known)[:_NAMES_SHOWN]) or "none"
    return f"there is no {what} called {name} (there are: {names}{more})"
