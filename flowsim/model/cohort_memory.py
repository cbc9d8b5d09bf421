"""What a process remembers of the replication that it drew last, so that a scenario draws only what differs.

Every column is a pure function of the settings that its step reads (`flowsim.model.cohort_steps`), of columns before
it, and of uniforms that depend on the seed and the replication alone. So where these are the same, the column is, and
nobody can tell from a cohort whether it was remembered. Arrays that are remembered cannot be written to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.model.cohort_steps import STEPS, Step
from flowsim.model.spell_draws import Columns, Draw, Drawn, Rows, Spells

_VERSIONS = 4  # of each step: the first, with which others are compared, and the latest
_LAYOUTS = 2

Group = tuple[Rows | None, CityConfig, str]
Layout = TypeVar("Layout")


@dataclass(frozen=True)
class _Version:
    """What a step made of everybody by some settings, and the columns that it looked at."""

    settings: str
    inputs: Columns
    made: Columns

    def outdated(self, columns: Columns) -> NDArray[np.bool_] | None:
        """Return whose inputs are others now; None if nobody's are."""
        rows = None
        for name, before in self.inputs.items():
            if columns[name] is not before:
                differs = _bits(columns[name]) != _bits(before)
                rows = differs if rows is None else rows | differs
        return rows if rows is not None and rows.any() else None


@dataclass
class Remembered(Generic[Layout]):
    """The rows of a cohort, and what was drawn for them."""

    layout: Layout
    _versions: list[list[_Version]] = field(default_factory=lambda: [[] for _ in STEPS])

    def columns(self, given: Columns, draw: Draw, groups: Callable[[tuple[str, ...]], Iterator[Group]]) -> Columns:
        """Return every column that the steps make.

        Parameters
        ----------
        given : dict of str to numpy.ndarray
            The column ``stream``, and `flowsim.model.cohort_steps.GIVEN`.
        draw : callable
            From the name of a quantity, and the rows that need it (None: all), to one uniform for each of these. A
            spell's uniform does not depend on which other rows are asked for.
        groups : callable
            From paths of settings to groups of people for whom these are the same: their rows (None: everybody), a
            configuration that holds them, and the settings as text. All spells of a person are in one group.
        """
        columns = dict(given)
        for step, versions in zip(STEPS, self._versions, strict=True):
            made = _made(step, versions, list(groups(step.reads)), columns, draw)
            columns |= {name: _shared(name, values, versions) for name, values in made.items()}
        return columns


class _Memory(threading.local):
    """One replication of each thread; a cohort of a million rows may take a gigabyte."""

    def __init__(self) -> None:
        self.replication: tuple[int, int] | None = None
        self.by_key: dict[str, Remembered[Any]] = {}


_MEMORY = _Memory()


def remembered(seed: int, replication: int, key: str, lay_out: Callable[[], Layout]) -> Remembered[Layout]:
    """Return what is remembered of the rows of a cohort, which are laid out if nothing is.

    Parameters
    ----------
    seed, replication : int
        Which random streams.
    key : str
        Stands for everything else that the rows depend on.
    lay_out : callable
        Lays out the rows.
    """
    if _MEMORY.replication != (seed, replication):
        forget()
        _MEMORY.replication = (seed, replication)
    if key not in _MEMORY.by_key:
        if len(_MEMORY.by_key) == _LAYOUTS:
            _MEMORY.by_key.popitem()  # the first stays: most scenarios have the rows of the baseline
        _MEMORY.by_key[key] = Remembered(lay_out())
    found: Remembered[Layout] = _MEMORY.by_key[key]
    return found


def forget() -> None:
    """Forget everything, so that the next cohort is drawn anew."""
    _MEMORY.replication = None
    _MEMORY.by_key.clear()


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return the same array in a form that cannot be written to."""
    view = values.view()
    view.flags.writeable = False
    return view


class _Seen(dict[str, NDArray[Any]]):
    """The columns so far, and which of them somebody looked at."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(columns)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> NDArray[Any]:
        self.seen.add(name)
        return super().__getitem__(name)


class _Part(Mapping[str, NDArray[Any]]):
    """Columns of some rows, taken when they are looked at."""

    def __init__(self, columns: Columns, rows: Rows) -> None:
        self._columns, self._rows = columns, rows
        self._taken: Columns = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._taken:
            values = self._columns[name][self._rows]
            # All spells of a person are among the rows, and so is the first.
            self._taken[name] = np.searchsorted(self._rows, values).astype(np.int32) if name == "root" else values
        return self._taken[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def _made(step: Step, versions: list[_Version], groups: Sequence[Group], columns: Columns, draw: Draw) -> Columns:
    """Return what a step makes of everybody: of those whom a version fits it is taken from there."""
    known = {version.settings: version for version in versions}
    if len(groups) == 1 and groups[0][2] not in known:
        return _new_version(step, versions, groups[0], columns, draw).made
    start = next((known[settings] for _, _, settings in groups if settings in known), None)
    made = {} if start is None else dict(start.made)
    own: set[str] = set()

    def put(rows: Rows, part: Drawn) -> None:
        """Write into columns of our own."""
        for name, values in part.items():
            if name not in own:
                own.add(name)
                made[name] = made[name].copy() if name in made else np.empty(columns["root"].size, values.dtype)
            made[name][rows] = values

    for rows, config, settings in groups:
        todo = rows
        if settings in known:
            version = known[settings]
            if version is not start and rows is not None:
                put(rows, {name: values[rows] for name, values in version.made.items()})
            outdated = version.outdated(columns)
            if outdated is None:
                continue
            todo = np.flatnonzero(outdated) if rows is None else rows[outdated[rows]]
        if todo is not None and todo.size:
            spells = Spells(partial(_of_rows, draw, todo), todo.size)
            put(todo, step.draw(config, spells, _Part(columns, todo)))
    return made


def _new_version(step: Step, versions: list[_Version], group: Group, columns: Columns, draw: Draw) -> _Version:
    """Draw a step for everybody, and remember it."""
    _, config, settings = group
    seen = _Seen(columns)
    made = step.draw(config, Spells(draw, columns["root"].size), seen)
    made = {name: _shared(name, values, versions) for name, values in made.items()}
    if len(versions) == _VERSIONS:
        del versions[1]
    versions.append(_Version(settings, {name: columns[name] for name in seen.seen}, made))
    return versions[-1]


def _shared(name: str, values: NDArray[Any], versions: Sequence[_Version]) -> NDArray[Any]:
    """Return the array of the first version if it holds the same, so that what follows from it need not be compared."""
    first = versions[0].made.get(name) if versions else None
    if first is not None and (first is values or np.array_equal(_bits(first), _bits(values))):
        return first
    values.flags.writeable = False
    return values


def _of_rows(draw: Draw, rows: Rows, name: str, which: Rows | None) -> NDArray[np.float64]:
    """Draw the uniforms of some of these rows, which are counted from 0 among themselves."""
    return draw(name, rows if which is None else rows[which])


def _bits(values: NDArray[Any]) -> NDArray[Any]:
    """Return values as whole numbers, of which NaN is one like any other."""
    return values.view(f"u{values.itemsize}")
