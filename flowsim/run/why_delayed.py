"""Why people are delayed, over the replications of a city: lag, calendar and queue, who blocks what, what binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.measures.delay_part_measures import PART_OF_ALL, PART_OF_REASON
from flowsim.run.packing import Replication

ALL = "all"


@dataclass(frozen=True, repr=False)
class WhyDelayed:
    """Why people are delayed, in tables; people are on an average day, as means over the replications.

    Attributes
    ----------
    why : pandas.DataFrame
        ``reason``, ``part`` (lag, calendar, queue), ``people``, ``ci_low``, ``ci_high``: the delayed people of `ALL`
        reasons, and of each, by what delays them; see `flowsim.measures.delay_parts`.
    blocking : pandas.DataFrame
        ``held``, ``awaited``, ``people``, ``delayed_people``: who holds what while queueing for what, where anybody
        does; see `flowsim.measures.blocking`.
    binding : pandas.DataFrame
        ``service``, ``people_waiting``, ``people_itself``, ``people_through_blocking`` and ``share`` (of the people
        delayed by queues; NaN if there are none): what holds people back, the binding service first.
    """

    why: pd.DataFrame
    blocking: pd.DataFrame
    binding: pd.DataFrame


TABLES = ("why", "blocking", "binding")  # each a file of the results folder


def why_delayed(config: CityConfig, summary: pd.DataFrame, replications: Sequence[Replication]) -> WhyDelayed:
    """Put together why people are delayed, from the summary of the measures and the tables of the replications."""
    return WhyDelayed(_parts(config, summary), _blocking(replications), _binding(replications))


def _parts(config: CityConfig, summary: pd.DataFrame) -> pd.DataFrame:
    named = {measure.name: (ALL, part) for part, measure in PART_OF_ALL.items()}
    for reason in config.delay_reasons:
        named |= {of.of(reason): (reason, part) for part, of in PART_OF_REASON.items()}
    found = summary.set_index("measure").loc[list(named), ["mean", "ci_low", "ci_high"]].reset_index(drop=True)
    reasons, parts = zip(*named.values(), strict=True)
    found.insert(0, "reason", reasons)
    found.insert(1, "part", parts)
    return found.rename(columns={"mean": "people"})


def _blocking(replications: Sequence[Replication]) -> pd.DataFrame:
    means = _means([r.blocking for r in replications], ["held", "awaited"])
    return means[means["people"] > 0].reset_index(drop=True)


def _binding(replications: Sequence[Replication]) -> pd.DataFrame:
    means = _means([r.binding for r in replications], ["service"])
    bears = means["people_itself"] + means["people_through_blocking"]
    means["share"] = bears / bears.sum()
    return means.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def _means(tables: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True).groupby(keys, sort=False, as_index=False).mean()
