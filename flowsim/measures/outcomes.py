"""What became of people: where they are on day 91, readmission, permanent admission to a care home."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import delayed_days, goes_then, pieces
from flowsim.measures.stays import Blocks, Floats, Stays, activity_table, rows_where
from flowsim.measures.window import Window, mean
from flowsim.model.cohort import Cohort
from flowsim.model.network import Death, Network

OUTCOMES = ("home", "hospital", "intermediate_care", "care_home", "dead")
READMISSION_DAYS = 30.0
_LAST_DAY_OF_READMISSION = 29  # the day of discharge is day 0
# A person who is elsewhere is on the way into hospital: nobody who has been discharged leaves the city.
_OUTCOME_OF_KIND = {"acute": "hospital", "elsewhere": "hospital"}


def outcome_at(
    network: Network,
    cohort: Cohort,
    blocks: Blocks,
    stays: Stays,
    spells: NDArray[np.integer],
    at: Floats,
) -> NDArray[np.intp]:
    """Say where people are at a moment.

    The latest spell of a person counts that has begun by then: a spell, its child (a readmission), its grandchild. In
    it, the place of the last activity that has started by then counts: waiting for the next place is still being in
    the last one, and an exit leads to its place for good. A readmission that has started nothing yet is in hospital.
    A person who has left the network can still die, at the time that the network's column for death says, unless a
    readmission has begun before.

    Parameters
    ----------
    network, cohort, blocks, stays
        The run.
    spells : numpy.ndarray of int
        A spell of each person.
    at : numpy.ndarray of float
        The moment for each person (days), after that spell began.

    Returns
    -------
    numpy.ndarray of int
        Index in `OUTCOMES`.
    """
    spell = spells
    while True:
        child = cohort.child[spell]
        begun = (child >= 0) & (stays.first_request[child] <= at)
        if not begun.any():
            break
        spell = np.where(begun, child, spell)

    first, beyond = np.searchsorted(blocks.spell, spell, "left"), np.searchsorted(blocks.spell, spell, "right")
    block = first - 1
    while True:
        onwards = block + 1 < beyond
        onwards[onwards] = blocks.entered[block[onwards] + 1] <= at[onwards]
        if not onwards.any():
            break
        block = block + onwards

    outcome_of_place = np.array([OUTCOMES.index(_OUTCOME_OF_KIND.get(p.kind, p.kind)) for p in network.places])
    nowhere_yet = block < first
    outcome = np.where(nowhere_yet, OUTCOMES.index("hospital"), outcome_of_place[blocks.place[block]])
    if network.death is not None:
        outcome[_dies(network.death, cohort, stays, spell) <= at] = OUTCOMES.index("dead")
    return outcome


def _dies(death: Death, cohort: Cohort, stays: Stays, spells: NDArray[np.integer]) -> Floats:
    """Return when the person of each of some spells dies (days), as the engines decide it."""
    dies: Floats = stays.first_request[spells] + cohort.columns[death.after][spells]
    sooner = death.by_delay
    if sooner is None:
        return dies
    harm, uniform = pieces(sooner.harm), cohort.columns[sooner.uniform]
    after = stays.discharged[spells] + cohort.columns[sooner.days][spells]  # NaN for those who never left
    for i in np.flatnonzero(after < dies):
        spell = spells[i]
        days = delayed_days(stays.ready[spell], stays.discharged[spell], stays.discharged[spell])
        if goes_then(uniform[spell], 0.0, days, *harm):
            dies[i] = after[i]
    return dies


def day_91_shares(
    network: Network,
    cohort: Cohort,
    blocks: Blocks,
    stays: Stays,
    window: Window,
    months: Collection[int],
    aged_65_plus: NDArray[np.bool_],
) -> dict[str, float]:
    """Return where people aged 65 and over are on day 91 after discharge into reablement, as shares that sum to 1.

    Source: Adult Social Care Outcomes Framework, ASCOF 2B(1): of people aged 65 and over who were discharged from
    hospital into reablement or rehabilitation with the intention that they return home, the share who are at home 91
    days later. In the log these are the people whose discharge is an activity with the tag ``reablement``.

    Parameters
    ----------
    network, cohort, blocks, stays
        The run.
    window : Window
        In which the discharge falls.
    months : collection of int
        Months of the year, 1 to 12, in which it falls (ASCOF: October to December).
    aged_65_plus : numpy.ndarray of bool
        By spell.

    Returns
    -------
    dict of str to float
        By outcome, in the order of `OUTCOMES`; NaN if there was no such discharge.
    """
    into_reablement = np.append(activity_table(network, lambda a: "reablement" in a.tags, np.bool_), False)
    spells = np.flatnonzero(into_reablement[stays.discharged_to] & aged_65_plus & window.contains(stays.discharged))
    spells = spells[np.isin(window.months_of_year(stays.discharged[spells]), list(months))]
    outcome = outcome_at(network, cohort, blocks, stays, spells, stays.discharged[spells] + FOLLOW_UP_DAYS)
    return {name: mean(outcome == i) for i, name in enumerate(OUTCOMES)}


def readmission_share(cohort: Cohort, stays: Stays, window: Window) -> float:
    """Return the share of people discharged alive in the window who ask for hospital again within 30 days."""
    spells = np.flatnonzero(window.contains(stays.discharged))
    child = cohort.child[spells]
    gap = stays.first_request[child] - stays.discharged[spells]
    return mean((child >= 0) & (gap <= READMISSION_DAYS))


def emergency_readmission_share(cohort: Cohort, stays: Stays, window: Window, among: NDArray[np.bool_]) -> float:
    """Return the share of discharges of the window that are followed by an emergency admission within 30 days.

    Source: NHS Digital, indicator I02040: admissions 0 to 29 days after the last discharge, by date. The model's
    readmissions are all emergencies; an admission that a service avoids, or a person who dies before, is none.

    Parameters
    ----------
    cohort, stays
        The run.
    window : Window
        In which the discharge (alive, from a ward, the MAU or the AMU) falls.
    among : numpy.ndarray of bool
        Whose discharges count, by spell.
    """
    spells = np.flatnonzero(window.contains(stays.discharged) & among)
    child = cohort.child[spells]
    days = np.floor(stays.entered[child]) - np.floor(stays.discharged[spells])
    return mean((child >= 0) & (days <= _LAST_DAY_OF_READMISSION))


def care_home_admissions(network: Network, log: JourneyLog, window: Window, counted: NDArray[np.bool_]) -> float:
    """Return the permanent admissions to care homes in a year.

    Source: ASCOF 2A(2), council-supported people aged 65 and over. In the log, starts of activities with the tag
    ``care_home_admission``; `counted` says of each spell whether the person is one of them.
    """
    rows = rows_where(network, log, lambda a: "care_home_admission" in a.tags)
    rows = rows[window.contains(log.started[rows])]
    return float(counted[log.spell[rows]].sum() * window.per_year)
