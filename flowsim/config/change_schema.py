"""Schema of a change of a setting, of when it holds, and of the changes that are a city's history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from flowsim.config.errors import Faults
from flowsim.config.types import Section, Unit

DATES = ("from_date", "to_date", "ramp_days")


class Dates(Section):
    """When something holds. Without dates it holds throughout."""

    from_date: dt.date | None = None
    """First day on which it holds; without one, it has held since before the run."""
    to_date: dt.date | None = None
    """Last day on which it holds; without one, it goes on holding."""
    ramp_days: Annotated[int, Field(ge=0, le=36_500), Unit("days")] = 0
    """Days over which it grows evenly from `from_date`; it ends at once after `to_date`."""

    @model_validator(mode="after")
    def _dates_follow(self) -> Dates:
        if self.ramp_days and self.from_date is None:
            raise ValueError("ramp_days needs a from_date from which it counts")
        if self.from_date and self.to_date and self.to_date < self.from_date:
            raise ValueError(f"to_date ({self.to_date}) must not be before from_date ({self.from_date})")
        return self

    @property
    def is_dated(self) -> bool:
        """Whether it has a first or a last day."""
        return self.from_date is not None or self.to_date is not None


class Change(Dates):
    """One change at full effect: a dotted path, and one of `set` (any value), `scale` (a factor), `add` (a number)."""

    path: str
    """Dotted path of the setting that changes."""
    set: Annotated[Any, Unit("unit of the setting")] = None
    """The value that it gets."""
    scale: Annotated[float, Unit("factor")] | None = None
    """The factor that it is multiplied by."""
    add: Annotated[float, Unit("unit of the setting")] | None = None
    """The number that is added to it."""

    @model_validator(mode="after")
    def _one_operation(self) -> Change:
        if len(self.model_fields_set & {"set", "scale", "add"}) != 1:
            raise ValueError("a change has a path and exactly one of set, scale and add")
        return self

    @model_serializer(mode="wrap")
    def _what_is_said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A change read back from what was written must again have one operation, and `set: null` is one.
        return {key: value for key, value in handler(self).items() if key in self.model_fields_set}

    @property
    def plain(self) -> dict[str, Any]:
        """As `flowsim.config.changes.apply_changes` takes it, with its dates."""
        return self.model_dump(mode="json", exclude={name for name in DATES if not getattr(self, name)})

    @property
    def undated(self) -> dict[str, Any]:
        """The same without dates: what it makes of the setting at full effect."""
        return {key: value for key, value in self.plain.items() if key not in DATES}


def _overlaps(changes: Sequence[Change], both_dated: bool = False) -> Iterator[str]:
    """Yield what is wrong with changes of one entry that act on one setting at the same time, each with its place.

    One may `set` a setting and a later one scale it or add to it. Any two others that overlap are an entry that
    overlaps itself: a second `set` undoes the first, and a change before a `set` is lost.

    Parameters
    ----------
    changes : sequence of Change
        Of one entry of a history, one intervention, or one scenario.
    both_dated : bool
        Whether only changes count that both have dates; one without is then as if it were written in the city.
    """
    for j, later in enumerate(changes):
        for earlier in changes[:j]:
            layered = "set" in earlier.model_fields_set and "set" not in later.model_fields_set
            if earlier.path != later.path or layered or (both_dated and not (earlier.is_dated and later.is_dated)):
                continue
            begin = max(its.from_date or dt.date.min for its in (earlier, later))
            end = min(its.to_date or dt.date.max for its in (earlier, later))
            if begin <= end:
                yield (
                    f"changes.{j}: {later.path} is changed already {_in_words(earlier)} by an earlier change of the "
                    f"same list, and this one holds {_in_words(later)}: let one end (to_date) before the other begins "
                    "(from_date)"
                )


def refuse_overlaps(changes: Sequence[Change], both_dated: bool = False) -> None:
    """Refuse changes of one entry that overlap (see `_overlaps`).

    Raises
    ------
    Faults
        With one fault for each.
    """
    if faults := list(_overlaps(changes, both_dated)):
        raise Faults(faults)


def _in_words(dates: Dates) -> str:
    parts = [f"from {dates.from_date}" if dates.from_date else "", f"to {dates.to_date}" if dates.to_date else ""]
    return " ".join(part for part in parts if part) or "throughout"


class PastChange(Dates):
    """Something that changed in a city, and what is known of it. Its dates hold for all its changes."""

    title: str = ""
    """Name in words; if left out, the name under which it stands."""
    source: str
    """Where it is known from, or that it is an assumption."""
    changes: Annotated[list[Change], Field(min_length=1)]
    """What changed; dates of a single change narrow those of the whole. Changes of one setting must not overlap; only a
    `set` may have something scaled or added on top of it."""

    @model_validator(mode="after")
    def _does_not_overlap_itself(self) -> PastChange:
        refuse_overlaps(self.changes)
        return self
