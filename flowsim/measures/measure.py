"""What a measure is: everything that is known of it, in one row of the catalogue (`flowsim.measures.catalogue`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal, SupportsFloat

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.measures.run_facts import RunFacts
from flowsim.model.network import PoolKind

POOL = "<pool>"  # stands for the name of a pool, in the name and the label of a measure that several pools have
REASON = "<reason>"  # stands for a city's reason for delay, in the name and the label of a measure of each of them
PERCENT = "<k>"  # stands for a number of per cent, in the name and the label of a percentile of a daily series
LIMIT = "<n>"  # stands for a number of people, in the name and the label of a measure of days with more than that

Better = Literal[-1, 0, 1]
MORE: Better = 1
LESS: Better = -1
NEITHER: Better = 0

Bounds = tuple[float | None, float | None]
SHARE: Bounds = (0.0, 1.0)
NOT_NEGATIVE: Bounds = (0.0, None)
UNBOUNDED: Bounds = (None, None)
WITHIN_FOLLOW_UP: Bounds = (0.0, float(FOLLOW_UP_DAYS))  # days, of what is followed for no longer

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Row:
    """What every row of the catalogue says; a row is a `Measure` or a `PoolMeasure`.

    Attributes
    ----------
    name : str
        As in the results folder: lower-case letters, digits and ``_``.
    unit : str
        ``days``, ``hours``, ``patients``, ``people``, ``spells``, ``units``, ``share``, ``gbp`` and so on. A share is
        shown as a percentage.
    better : {1, -1, 0}
        Whether more is better (`MORE`), less is (`LESS`), or it depends (`NEITHER`).
    label : str
        What reports call it, for people who do not program.
    definition : str
        What is counted, so exactly that an analyst can count it again.
    bounds : tuple of (float or None, float or None)
        The lowest and the highest value that are possible (`SHARE`, `NOT_NEGATIVE`, `UNBOUNDED`); None is no bound.
    per_year : bool
        Whether it is a count of the days that count, scaled to a year of 365 days. A table or a sentence that shows it
        says how many days were counted, if they are not a year.
    empty_if : str
        When it has no value (NaN), as the end of a sentence: "nobody asked for it in the days that count".

    Raises
    ------
    ValueError
        If the name has other characters, a text is empty, or the bounds or `better` are none.
    """

    name: str
    unit: str
    _: KW_ONLY
    better: Better
    label: str
    definition: str
    bounds: Bounds
    per_year: bool = False
    empty_if: str = "it is undefined in these runs"

    def __post_init__(self) -> None:
        """Refuse a row that no table could show."""
        name = self.name.replace(POOL, "pool").replace(REASON, "reason").replace(LIMIT, "1").replace(PERCENT, "1")
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"measure {self.name!r}: a name begins with a lower-case letter and holds only lower-case letters, "
                "digits and _"
            )
        empty = [field for field in ("unit", "label", "definition", "empty_if") if not getattr(self, field).strip()]
        if empty:
            raise ValueError(f"measure {self.name!r}: {empty[0]} is empty")
        if self.better not in (MORE, LESS, NEITHER):
            raise ValueError(f"measure {self.name!r}: better is 1, -1 or 0, not {self.better!r}")
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            raise ValueError(f"measure {self.name!r}: the lowest value {self.lowest:g} is not below {self.highest:g}")

    @property
    def lowest(self) -> float | None:
        """The lowest value that is possible; None if there is none."""
        return self.bounds[0]

    @property
    def highest(self) -> float | None:
        """The highest value that is possible; None if there is none."""
        return self.bounds[1]


@dataclass(frozen=True)
class Measure(Row):
    """A measure of a run; see `Row` for what it says.

    Attributes
    ----------
    count : callable
        Counts it: from `RunFacts` to a number, NaN where it is undefined.
    """

    _: KW_ONLY
    count: Callable[[RunFacts], SupportsFloat]

    def __post_init__(self) -> None:
        """Refuse the place of a pool in a measure that is of none."""
        super().__post_init__()
        if POOL in self.name + self.label:
            raise ValueError(f"measure {self.name!r}: {POOL} is for measures of pools (PoolMeasure)")


@dataclass(frozen=True)
class Family(Row):
    """Measures that differ in one thing, which their names name: a row for all of them. See `Row`.

    `name` and `label` hold the `placeholder` once, where that thing is named.
    """

    placeholder: ClassVar[str]

    def __post_init__(self) -> None:
        """Refuse a family of which all measures would have the same name."""
        super().__post_init__()
        held = self.placeholder
        if self.name.count(held) != 1 or self.label.count(held) != 1 or self.name == held:
            raise ValueError(
                f"measure {self.name!r}: name and label must hold {held} once, and the name more than that"
            )

    def of(self, which: str | int) -> str:
        """Return the name of one of the measures."""
        return self.name.replace(self.placeholder, str(which))

    def one_in(self, name: str) -> str | None:
        """Return what `name` names, if it is the name of one of these measures; None if it is not."""
        before, after = self.name.split(self.placeholder)
        is_one = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
        return name[len(before) : len(name) - len(after)] if is_one else None


@dataclass(frozen=True)
class PoolMeasure(Family):
    """A measure that pools have, each its own; `name` and `label` hold `POOL` where the pool is named. See `Row`.

    Attributes
    ----------
    count : callable
        Counts it: from `RunFacts` and the index of a pool in `Network.pools` to a number, NaN where it is undefined.
    kinds : tuple of {"units", "vacancies", "visits"}
        Which pools have it: those of these kinds.
    """

    placeholder: ClassVar[str] = POOL

    _: KW_ONLY
    count: Callable[[RunFacts, int], SupportsFloat]
    kinds: tuple[PoolKind, ...] = ("units", "vacancies", "visits")


@dataclass(frozen=True)
class ReasonMeasure(Family):
    """A measure that a city's reasons for delay have, each its own; `name` and `label` hold `REASON`. See `Row`.

    Attributes
    ----------
    count : callable
        Counts it: from `RunFacts` and the name of a reason to a number, NaN where it is undefined.
    """

    placeholder: ClassVar[str] = REASON

    _: KW_ONLY
    count: Callable[[RunFacts, str], SupportsFloat]


@dataclass(frozen=True)
class NumberMeasure(Family):
    """Measures that differ in a whole number, which their names name; see `Row`.

    Attributes
    ----------
    count : callable
        Counts one: from `RunFacts` and the number to a value, NaN where it is undefined.
    """

    numbers: ClassVar[re.Pattern[str]]  # those that have a measure, as they are written

    _: KW_ONLY
    count: Callable[[RunFacts, int], SupportsFloat]

    def one_in(self, name: str) -> str | None:
        """Return the number that `name` names; None if it is not the name of one of these measures."""
        found = super().one_in(name)
        return found if found is not None and self.numbers.fullmatch(found) else None


@dataclass(frozen=True)
class LimitMeasure(NumberMeasure):
    """A measure of days with more than a number of people; `name` and `label` hold `LIMIT` where it stands. See `Row`.

    Its count makes a share of the run and the number of people.
    """

    placeholder: ClassVar[str] = LIMIT
    numbers: ClassVar[re.Pattern[str]] = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True)
class PercentileMeasure(NumberMeasure):
    """A percentile of a daily series; `name` and `label` hold `PERCENT`, 1 to 99, where it stands. See `Row`."""

    placeholder: ClassVar[str] = PERCENT
    numbers: ClassVar[re.Pattern[str]] = re.compile(r"[1-9][0-9]?")
