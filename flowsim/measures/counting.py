"""Counting the measures of the catalogue: all of them, or those that are named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import SupportsFloat

import numpy as np

from flowsim.config.seasons import in_season, split_season
from flowsim.measures import catalogue
from flowsim.measures.delay_limits import delay_limits
from flowsim.measures.measure import LimitMeasure, Measure, PoolMeasure, ReasonMeasure
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import window_of


def count(facts: RunFacts, names: Collection[str] | None = None) -> dict[str, float]:
    """Count measures of a run.

    Parameters
    ----------
    facts : RunFacts
        The run, and the days that count.
    names : collection of str, optional
        The measures that are wanted; all of `measure_names` if not given. What nobody asks for is not counted, and
        costs nothing.

    Returns
    -------
    dict of str to float
        In the order of `measure_names`; what is undefined in the run is NaN, and so is a measure of a season that has
        days outside of those that count.

    Raises
    ------
    KeyError
        If the run has no measure of a name.
    """
    wanted = None if names is None else set(names)
    found = {}
    for row in catalogue.rows():
        for name, its_count in _each(row, facts):
            if wanted is None or name in wanted:
                found[name] = float(its_count())
    named = catalogue.named_measures(facts.config)
    if wanted is not None:
        more = wanted - found.keys()
        named = [*(name for name in named if name in more), *sorted(more - set(named))]
    return found | _where_named(facts, named)


def _where_named(facts: RunFacts, names: Sequence[str]) -> dict[str, float]:
    """Count percentiles, and measures of seasons: those of one season together."""
    found: dict[str, float] = {}
    by_season: dict[str, list[str]] = {}
    for name in names:
        if not catalogue.can_count(facts.config, name):
            raise KeyError(name)
        measure, season = split_season(name)
        by_season.setdefault(season, []).append(measure)
    for measure in by_season.pop("", []):
        row, number = catalogue.find(measure)
        found[measure] = float(row.count(facts, int(number)))
    for season, measures in by_season.items():
        try:
            window = window_of(facts.config.run.seasons[season].period(season), facts.window)
        except ValueError:
            counted = dict.fromkeys(measures, np.nan)
        else:
            counted = count(facts.cut(window), measures)
        found |= {in_season(measure, season): value for measure, value in counted.items()}
    return {name: found[name] for name in names}


def _each(row: catalogue.AnyMeasure, facts: RunFacts) -> Iterator[tuple[str, Callable[[], SupportsFloat]]]:
    """Yield the name of each measure of a row, and what counts it."""
    if isinstance(row, PoolMeasure):
        for index, pool in enumerate(facts.network.pools):
            if pool.kind in row.kinds:
                yield row.of(pool.name), partial(row.count, facts, index)
    elif isinstance(row, ReasonMeasure):
        for reason in facts.config.delay_reasons:
            yield row.of(reason), partial(row.count, facts, reason)
    elif isinstance(row, LimitMeasure):
        for limit in delay_limits(facts.config, row):
            yield row.of(limit), partial(row.count, facts, limit)
    elif isinstance(row, Measure):
        yield row.name, partial(row.count, facts)
