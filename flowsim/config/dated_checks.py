"""Whether the dated changes of a city fit it: each as a change, and all that hold at one time together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowsim.config.change_schema import Change, Dates, PastChange
from flowsim.config.changes import apply_changes, meet, reckon
from flowsim.config.errors import ConfigError, Problem
from flowsim.config.paths import value_at
from flowsim.config.types import CAPACITY, SUPPLY, WHOLE_RUN, ChangeScope, Section
from flowsim.config.validation import validate

_MOST = 1_000_000


@dataclass(frozen=True)
class _Placed:
    """A change, where it is written, and all that says when it holds."""

    where: str
    change: Change
    dates: tuple[Dates, ...]

    def holds_on(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return all(
            (its.from_date is None or its.from_date <= day) and (its.to_date is None or day <= its.to_date)
            for its in self.dates
        )


def refuse_unfit_changes(
    city: Section,
    history: Mapping[str, PastChange],
    later: Sequence[Change],
    scope_of: Callable[[str], ChangeScope],
) -> None:
    """Refuse dated changes that a city cannot have.

    Parameters
    ----------
    city : CityConfig
        The city.
    history, later : mapping and sequence
        Its settings `history` and `changes`.
    scope_of : callable
        From a dotted path to how a change of the setting acts.

    Raises
    ------
    ValueError
        If a setting does not exist, holds for a whole run, or cannot have the value; or if what holds on some day does
        not make a sound city. The message begins with where the change is written.
    """
    placed = [
        _Placed(f"history.{name}.changes.{i}", change, (past, change))
        for name, past in history.items()
        for i, change in enumerate(past.changes)
    ]
    placed += [_Placed(f"changes.{i}", change, (change,)) for i, change in enumerate(later)]
    if not placed:
        return
    without = {"history", "changes", "interventions", "observed"}  # what is published changes nothing
    data = city.model_dump(mode="json", by_alias=True, round_trip=True, exclude=without)
    _refuse_unknown(data, placed)
    for its in placed:
        _refuse_whole_run(its, scope_of(its.change.path))
    numbers = [its for its in placed if scope_of(its.change.path) in (CAPACITY, SUPPLY)]
    others = [its for its in placed if scope_of(its.change.path) not in (CAPACITY, SUPPLY)]
    for together in _held_together(numbers):
        _refuse_numbers(city, together, scope_of)
    for together in _held_together(others):
        _refuse_unsound(type(city), data, together)


def _refuse_unknown(data: dict[str, Any], placed: Sequence[_Placed]) -> None:
    """Refuse a change of no setting, or one that its setting cannot have."""
    undated = [its.change.undated for its in placed]
    try:
        apply_changes(data, undated)  # at once: each time the whole city is copied
    except ConfigError:
        for number, its in enumerate(placed, 1):
            try:
                apply_changes(data, undated[:number])
            except ConfigError as error:
                (problem,) = error.problems
                raise ValueError(
                    f"{its.where}: {Problem(None, None, problem.path, problem.value, problem.message)}"
                ) from None


def _refuse_whole_run(its: _Placed, scope: ChangeScope) -> None:
    if scope is WHOLE_RUN:
        raise ValueError(
            f"{its.where}: {its.change.path} holds for a whole run, so it cannot change on a date; write it in the "
            "city itself, or as a change without dates"
        )
    if its.where.startswith("history.") and not any(dates.is_dated for dates in its.dates):
        raise ValueError(
            f"{its.where}: a change in the history needs a from_date or a to_date; what always holds is written in the "
            "city itself"
        )


def _held_together(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Yield each set of changes that hold on some day together, in their order."""
    begins = {dates.from_date for its in placed for dates in its.dates if dates.from_date}
    ends = {dates.to_date + dt.timedelta(days=1) for its in placed for dates in its.dates if dates.to_date}
    seen = set()
    for day in sorted({dt.date.min, *begins, *ends}):
        numbers = tuple(i for i, its in enumerate(placed) if its.holds_on(day))
        if numbers and numbers not in seen:
            seen.add(numbers)
            yield [placed[i] for i in numbers]


def _refuse_numbers(city: Section, together: Sequence[_Placed], scope_of: Callable[[str], ChangeScope]) -> None:
    """Refuse a capacity that is no number of units or below 0; 0 closes the service."""
    values: dict[str, Any] = {}
    for its in together:
        path, change = its.change.path, its.change.undated
        value = values.get(path, value_at(city, path))
        if value is None:
            raise ValueError(f"{its.where}: {path} is empty in this city: its size is another setting")
        values[path] = after = reckon(value, change)
        is_number = isinstance(after, int | float) and not isinstance(after, bool)
        if not is_number or not 0 <= after <= _MOST:
            raise ValueError(f"{its.where}: {path} would be {after}: it must be a number from 0 to {_MOST:,}")
        comes_in_units = scope_of(path) is CAPACITY and isinstance(value_at(city, path), int)
        if "set" in change and comes_in_units and after != int(after):
            raise ValueError(f"{its.where}: {path} would be {after}: it must be a whole number")


def _refuse_unsound(model: type[Section], data: Mapping[str, Any], together: Sequence[_Placed]) -> None:
    """Refuse changes that do not make a sound city of what is written."""
    try:
        validate(model, apply_changes(data, [its.change.undated for its in together]))
    except ConfigError as error:
        problem = error.problems[0]
        touching = [its for its in together if meet(its.change.path, problem.path)]
        where = (touching or list(together))[-1].where
        raise ValueError(f"{where}: {Problem(None, None, problem.path, problem.value, problem.message)}") from None
