"""What the figures show, as plain numbers and labels: nothing here knows how a figure is drawn.

NaN is a number that is not known. A series of days is an array of shape (days,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95% interval; NaN ends are no interval."""

    value: float
    low: float
    high: float

    @property
    def has_interval(self) -> bool:
        """Whether the interval is known."""
        return isfinite(self.low) and isfinite(self.high)


@dataclass(frozen=True)
class Level:
    """A value to mark with a line, such as a target, and what to call it."""

    value: float
    label: str


@dataclass(frozen=True)
class Row:
    """A row of a figure; without an estimate it is a gap with a label.

    `grade` is what the mark says: a difference is ``better``, ``worse``, ``other`` (clear, but neither), ``unclear`` or
    ``unknown`` (no interval); a figure is ``met``, ``near`` or ``far`` from the published one; a parameter is
    ``identified`` by its targets or ``not identified``. `text` stands in place of the number, and `band` is a range to
    show behind the mark.
    """

    label: str
    estimate: Estimate | None = None
    grade: str = ""
    text: str = ""
    band: tuple[float, float] | None = None


@dataclass(frozen=True)
class Rows:
    """Estimates of one unit below each other, from the top, what their axis shows, and a value to mark on it."""

    rows: Sequence[Row]
    unit: str
    caption: str
    line: Level | None = None


@dataclass(frozen=True)
class StackedRows:
    """People of each named row, from the top, in parts that add up, and what the parts are called."""

    rows: Mapping[str, Sequence[float]]
    parts: Sequence[str]


@dataclass(frozen=True)
class TornadoRow:
    """A setting, its two ends in words, and what an outcome is at either of them."""

    label: str
    ends: tuple[str, str]
    at: tuple[float, float]


@dataclass(frozen=True)
class Tornado:
    """What an outcome is as it stands, and at the ends of the range of each setting, the widest first.

    With `turns` the outcome is a difference of which 0 would turn the answer.
    """

    rows: Sequence[TornadoRow]
    now: float
    unit: str
    caption: str
    turns: bool


@dataclass(frozen=True)
class AgainstPublished:
    """Relative differences from published figures (0.1 is 10% above), and what is called close and fair."""

    rows: Sequence[Row]
    close: float
    fair: float


@dataclass(frozen=True)
class ServiceUse:
    """A service in the baseline and in a scenario: share of its capacity in use, and days until a place is free."""

    label: str
    in_use: tuple[float, float]
    wait_days: tuple[float, float]


@dataclass(frozen=True)
class ServicesUse:
    """All services, from the top, and what the baseline and the scenario are called."""

    services: Sequence[ServiceUse]
    names: tuple[str, str]


@dataclass(frozen=True)
class Band:
    """A daily series over replications: its mean, and from where to where nine in ten of them go."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class ReasonsThroughYear:
    """People delayed each day in the baseline and perhaps in a scenario, in a panel for each group of reasons.

    The first panel is of all reasons, and has the target. The names are those of the baseline and the scenario.
    """

    dates: Dates
    panels: Mapping[str, tuple[Band, Band | None]]
    names: tuple[str, str]
    level: Level | None = None


@dataclass(frozen=True)
class ScenariosThroughYear:
    """People delayed each day in the baseline and in each scenario by its name, and a target."""

    dates: Dates
    baseline: Floats
    scenarios: Mapping[str, Floats]
    level: float | None = None


@dataclass(frozen=True)
class DelayedThroughYear:
    """People delayed each day: by group of reasons from the bottom, all, shape (replications, days), and levels."""

    dates: Dates
    groups: Mapping[str, Floats]
    total: Floats
    levels: Sequence[Level]


@dataclass(frozen=True)
class PoolThroughYear:
    """Units of a pool in use at midnight, shape (replications, days), its mean capacity, and extra units in a surge.

    `steps` is its capacity on each day where that changes in time.
    """

    dates: Dates
    in_use: Floats
    capacity: float
    surge: float
    steps: Floats | None = None


@dataclass(frozen=True)
class PublishedSeries:
    """A published series over what is simulated of it, in people a day, each of shape (periods,).

    `edges` are the first days of its periods and the day after the last of them, shape (periods + 1,). A period of
    which nothing was published is NaN, and so is the band if there are too few runs to know it. `flagged` periods are
    shown and not scored.
    """

    title: str
    edges: Dates
    published: Floats
    simulated: Band
    flagged: NDArray[np.bool_]


@dataclass(frozen=True)
class AgainstSeries:
    """Published series, each in a panel of its own, and what the band is called.

    With `first_is_all` the first is the sum of the others and stands in a large panel; all are by month.
    """

    panels: Sequence[PublishedSeries]
    band: str
    first_is_all: bool = False


@dataclass(frozen=True)
class AxisCurve:
    """A measure at each value of one setting, from the lowest value to the highest, and a target."""

    setting: str
    measure: str
    x: Sequence[float]
    estimates: Sequence[Estimate]
    line: Level | None = None


@dataclass(frozen=True)
class Interactions:
    """What each pair of changes does beyond the sum of both, shape (factors, factors), and its class.

    Pairs stand below the diagonal; classes are those of `flowsim.experiment.designs.factorial`.
    """

    factors: Sequence[str]
    values: Floats
    classes: Sequence[Sequence[str]]
    unit: str


@dataclass(frozen=True)
class GridMap:
    """A measure over two settings (across and up), shape (y, x), and whether it meets its target at each point."""

    settings: tuple[str, str]
    x: Sequence[float]
    y: Sequence[float]
    values: Floats
    meets: NDArray[np.bool_]
    unit: str
    more_is_better: bool


@dataclass(frozen=True)
class SampledSetting:
    """A setting of a sample: its values, shape (samples,), and the measure's partial rank correlation with it."""

    label: str
    values: Floats
    rank_correlation: float


@dataclass(frozen=True)
class Sample:
    """A measure of each sample, shape (samples,), the settings of the samples, and a target."""

    measure: str
    values: Floats
    settings: Sequence[SampledSetting]
    level: float | None = None


@dataclass(frozen=True)
class CostPoint:
    """A scenario, with the number that stands for it: how its delayed days and what is paid (GBP a year) differ."""

    number: str
    title: str
    days: Estimate
    cost: Estimate


@dataclass(frozen=True)
class CostAgainstDays:
    """Delayed days and money paid of named scenarios, the baseline first, and of the rest, shape (scenarios, 2)."""

    points: Sequence[CostPoint]
    rest: Floats
