"""What a measure is: everything that is known of it, in one row of the catalogue (`flowsim.measures.catalogue`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Literal, SupportsFloat

from flowsim.measures.run_facts import RunFacts
from flowsim.model.network import PoolKind

POOL = "<pool>"  # stands for the name of a pool, in the name and the label of a measure that several pools have

Better = Literal[-1, 0, 1]
MORE: Better = 1
LESS: Better = -1
NEITHER: Better = 0

Bounds = tuple[float | None, float | None]
SHARE: Bounds = (0.0, 1.0)
NOT_NEGATIVE: Bounds = (0.0, None)
UNBOUNDED: Bounds = (None, None)

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

    def __post_init__(self) -> None:
        """Refuse a row that no table could show."""
        if not _NAME.fullmatch(self.name.replace(POOL, "pool")):
            raise ValueError(
                f"measure {self.name!r}: a name begins with a lower-case letter and holds only lower-case letters, "
                "digits and _"
            )
        empty = [field for field in ("unit", "label", "definition") if not getattr(self, field).strip()]
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
class PoolMeasure(Row):
    """A measure that pools have, each its own; `name` and `label` hold `POOL` where the pool is named. See `Row`.

    Attributes
    ----------
    count : callable
        Counts it: from `RunFacts` and the index of a pool in `Network.pools` to a number, NaN where it is undefined.
    kinds : tuple of {"units", "vacancies", "visits"}
        Which pools have it: those of these kinds.
    """

    _: KW_ONLY
    count: Callable[[RunFacts, int], SupportsFloat]
    kinds: tuple[PoolKind, ...] = ("units", "vacancies", "visits")

    def __post_init__(self) -> None:
        """Refuse a measure of which all pools would have the same name."""
        super().__post_init__()
        if self.name.count(POOL) != 1 or self.label.count(POOL) != 1 or self.name == POOL:
            raise ValueError(
                f"measure {self.name!r}: name and label must hold {POOL} once, and the name more than that"
            )

    def of(self, pool: str) -> str:
        """Return the name of this measure of one pool."""
        return self.name.replace(POOL, pool)

    def pool_in(self, name: str) -> str | None:
        """Return the pool of which `name` is this measure; None if it is no name of this measure."""
        before, after = self.name.split(POOL)
        is_one = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
        return name[len(before) : len(name) - len(after)] if is_one else None
