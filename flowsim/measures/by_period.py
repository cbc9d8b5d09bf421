"""The measures of periods of a run: of each year, quarter or month of it, without simulating it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flowsim.config.periods import Period
from flowsim.measures.counting import count
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import window_of


def measures_by_period(
    facts: RunFacts, periods: Sequence[Period], names: Collection[str] | None = None
) -> dict[str, dict[str, float]]:
    """Count the measures of a run in each of some periods, as if only the days of that period counted.

    They are those of a run that has the same start and whose days that count are the period: counts are scaled to a
    year of 365 days, and a person who leaves hospital, or asks for something, in a period is followed for 91 days, into
    the next periods if need be. What all periods share is derived once.

    Parameters
    ----------
    facts : RunFacts
        The run.
    periods : sequence of Period
        Each within the days that count of the run; they may overlap.
    names : collection of str, optional
        The measures that are wanted; all of the catalogue if not given.

    Returns
    -------
    dict of str to dict of str to float
        By the label of the period, and by the name of the measure in the order of the catalogue; NaN is undefined.

    Raises
    ------
    KeyError
        If the run has no measure of a name.
    ValueError
        If a period is not within the days that count.
    """
    return {period.label: count(facts.cut(window_of(period, facts.window)), names) for period in periods}
