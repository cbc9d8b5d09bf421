"""How many replications an experiment needs: a number, or as many as make its answer precise enough.

To look again and again, and to stop as soon as an interval is narrow enough, stops too often by luck: when the spread
happens to look small. From five replications such intervals hold the truth as seldom as 92 times in 100, from ten 94 to
95 times (`tests/experiment/test_precision.py` counts it); so a precision begins with ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, Field

from flowsim.config.types import Positive, Section, Unit
from flowsim.experiment.analysis.compare import widest_half_width

FEWEST = 10
_FASTEST, _SLOWEST = 2.0, 1.25  # growth from one round to the next

Replications = Annotated[int, Field(ge=1, le=100_000), Unit("replications")]


def _enough(replications: int) -> int:
    if replications < FEWEST:
        raise ValueError(
            f"must be {FEWEST} or more: stopping as soon as intervals are narrow, after fewer replications, makes them "
            "too narrow too often"
        )
    return replications


class Precision(Section):
    """Replications until every difference from the baseline is known precisely enough.

    With one scenario it is the mean of that one.
    """

    measure: str
    """The measure that is to be known."""
    half_width: Positive
    """Half-width of the 95% intervals that is enough, in the unit of the measure."""
    at_least: Annotated[Replications, AfterValidator(_enough), Field(json_schema_extra={"minimum": FEWEST})] = FEWEST
    """Replications to begin with; 10 or more."""
    at_most: Replications
    """Replications after which it stops in any case."""


@dataclass(frozen=True)
class PrecisionFound:
    """Whether the precision that was asked for was reached.

    Attributes
    ----------
    measure : str
        What was to be known.
    wanted, half_width : float
        The half-width that would be enough, and that of the widest interval, in the unit of the measure; infinite if
        an answer has no interval.
    replications : int
        How many there were of each scenario.
    """

    measure: str
    wanted: float
    half_width: float
    replications: int

    @property
    def reached(self) -> bool:
        """Whether every interval is narrow enough."""
        return self.half_width <= self.wanted

    def in_words(self, what: str = "") -> str:
        """Return a sentence for people, who call the measure `what`; its name if left out."""
        asked = f"a 95% interval of ±{self.wanted:g} for {what or self.measure}"
        if self.reached:
            return f"The precision asked for ({asked}) was reached after {self.replications} replications."
        sentence = f"The precision asked for ({asked}) was not reached"
        after = f"after {self.replications} replications, the most allowed,"
        if not math.isfinite(self.half_width):
            return f"{sentence}: {after} a scenario has no interval at all."
        needed = _rounded(self.replications * (self.half_width / self.wanted) ** 2)
        return f"{sentence}: {after} the widest is ±{self.half_width:.3g}. It would take some {needed:,} replications."


def precision_found(precision: Precision, values: pd.DataFrame, baseline: str, replications: int) -> PrecisionFound:
    """Return whether a precision was reached.

    Parameters
    ----------
    precision : Precision
        What was asked for.
    values : pandas.DataFrame
        All replications: ``scenario``, ``replication``, ``measure``, ``value``. Those from number `replications` on
        decided nothing, and are left out.
    baseline : str
        The scenario with which the others are compared.
    replications : int
        How many of each scenario decided.
    """
    width = widest_half_width(values[values["replication"] < replications], baseline, precision.measure)
    return PrecisionFound(precision.measure, precision.half_width, width, replications)


def next_round(precision: Precision, n: int, width: float) -> int:
    """Return how many replications to try next: as many as this width leads one to expect, within limits."""
    expected = n * (width / precision.half_width) ** 2  # a half-width falls with the root of their number
    wanted: int = min(math.ceil(min(max(expected, n * _SLOWEST), n * _FASTEST)), precision.at_most)
    return wanted


def _rounded(replications: float) -> int:
    """Return a number of replications, up to the next with two digits: it is an estimate."""
    unit: int = 10 ** max(0, math.floor(math.log10(replications)) - 1)
    return math.ceil(replications / unit) * unit
