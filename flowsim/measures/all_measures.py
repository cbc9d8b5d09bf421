"""All that is counted in a run, in one call: the measures of the catalogue, the daily series, the monthly return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.measures import dtoc, hospital_flow
from flowsim.measures.counting import count
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import Window
from flowsim.model.cohort import Cohort
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.network import Network


@dataclass(frozen=True)
class Measures:
    """What was counted in one run.

    Attributes
    ----------
    values : dict of str to float
        The measures by name; counts are for one year of 365 days; what is undefined in the run is NaN. Those of money
        are in `flowsim.measures.cost_measures`.
    daily : pandas.DataFrame
        Columns ``date``, ``measure``, ``value``: one row a measure and day of the horizon. ``delayed_<group>``,
        ``delayed_<code>`` (of the national return, such as ``delayed_D(i)``) and ``delayed`` (patients),
        ``<pool>_occupancy`` (units in use) and ``ward_queue`` (patients in MAU and AMU who wait for a ward bed) are at
        the midnight that closes the day; ``non_elective_admissions`` and ``discharges`` (people who left hospital
        alive) are of the whole day.
    sitrep : pandas.DataFrame
        The monthly return: ``month``, ``bed_type``, ``reason``, ``organisation``, ``delayed_days``,
        ``snapshot_patients``, ``days_in_month``; see `flowsim.measures.dtoc.sitrep`.
    facts : RunFacts
        What was derived on the way, from which more can be counted.
    """

    values: dict[str, float]
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    facts: RunFacts


def measure(city: EffectiveCity, network: Network, cohort: Cohort, log: JourneyLog) -> Measures:
    """Count everything that a run is asked for.

    Parameters
    ----------
    city : EffectiveCity
        The city: the window, the population, the reasons for delay, the prices.
    network, cohort, log
        What was simulated, and what happened.

    Returns
    -------
    Measures
        Every measure of the catalogue, in its order; the daily series; the monthly return.
    """
    facts = RunFacts(city, network, cohort, log)
    values = count(facts)
    config = facts.config
    monthly_return = dtoc.sitrep(facts.delayed, config.delay_reasons, facts.window, dtoc.bed_types(config))
    return Measures(values, _long_form(_daily(facts), facts.window), monthly_return, facts)


def _daily(facts: RunFacts) -> dict[str, NDArray[np.int64]]:
    """Return the daily series by name; shape (horizon,)."""
    window, pools = facts.window, facts.network.pools
    return {
        **{f"delayed_{group}": counts for group, counts in facts.delayed_by_group.items()},
        **{
            f"delayed_{code}": counts
            for code, counts in dtoc.by_code(facts.delayed, facts.config.delay_reasons).items()
        },
        "delayed": facts.delayed_by_day,
        **{f"{p.name}_occupancy": facts.in_use_by_day[i] for i, p in enumerate(pools) if p.kind != "vacancies"},
        "ward_queue": hospital_flow.ward_queue(facts.log, facts.stays, window),
        "non_elective_admissions": window.events(facts.admissions),
        "discharges": window.events(facts.stays.discharged),
    }


def _long_form(series: Mapping[str, NDArray[np.int64]], window: Window) -> pd.DataFrame:
    """Put the daily series below each other."""
    return pd.DataFrame(
        {
            "date": np.tile(window.dates.astype("datetime64[s]"), len(series)),
            "measure": np.repeat(np.array(list(series), dtype=object), window.horizon),
            "value": np.concatenate(list(series.values())).astype(np.float64),
        }
    )
