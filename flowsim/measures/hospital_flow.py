"""Flow through the hospital: admissions, same-day discharge, length of stay, stranded patients, boarding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.engine.log import JourneyLog
from flowsim.measures.stays import Floats, Stays, activity_table, until_end
from flowsim.measures.waits import mean_waited
from flowsim.measures.window import Window, mean
from flowsim.model.clock import HOURS_PER_DAY
from flowsim.model.network import Network

STRANDED_DAYS = 7
SUPER_STRANDED_DAYS = 21


def non_elective_requests(
    log: JourneyLog, stays: Stays, non_elective: NDArray[np.bool_], from_community: NDArray[np.bool_]
) -> Floats:
    """Return when each non-elective admission was asked for (days; one value for each admission).

    Parameters
    ----------
    log : JourneyLog
        The journeys.
    stays : Stays
        Read off the log.
    non_elective : numpy.ndarray of bool
        Whether each spell of the cohort counts by itself, whether or not it uses a modelled bed: from its first
        request.
    from_community : numpy.ndarray of bool
        Whether each spell came to a community service. One that enters hospital all the same (a step-up for which
        there was no bed) is an admission too: from the request for hospital.
    """
    entry_row = stays.entry_row[from_community & ~non_elective]
    return np.concatenate([stays.first_request[non_elective], log.requested[entry_row[entry_row < len(log)]]])


def same_day_discharge_share(network: Network, log: JourneyLog, assessment: str, window: Window) -> float:
    """Return the share of people who go home the same day from an assessment unit.

    Of the assessments that ended in the window and did not end in death, those followed by going home the same day,
    or back to a care home. NaN if there was none, or if the network has no such activity.
    """
    index = {activity.name: i for i, activity in enumerate(network.activities)}
    deadly = {place.name for place in network.places if place.kind == "dead"}
    rows = np.flatnonzero(log.activity == index.get(assessment, -1))
    rows = rows[window.contains(log.ended[rows]) & ~np.isnan(log.started[rows]) & (rows + 1 < len(log))]
    following = log.activity[rows[log.spell[rows + 1] == log.spell[rows]] + 1]
    alive = following[~activity_table(network, lambda a: a.place in deadly, np.bool_)[following]]
    same_day = "same_day_discharge", "same_day_return_to_care_home"
    return mean(np.isin(alive, [index.get(name, -1) for name in same_day]))


def length_of_stay(stays: Stays, window: Window, among: NDArray[np.bool_] | None = None) -> float:
    """Return the mean days from entering hospital to leaving it.

    Of people who had been admitted to the ward and were discharged alive in the window; `among` restricts them (one
    value for each spell).
    """
    counted = window.contains(stays.discharged) & ~np.isnan(stays.admitted)
    if among is not None:
        counted &= among
    return mean(stays.discharged[counted] - stays.entered[counted])


def stays_of_admitted(stays: Stays, window: Window) -> Floats:
    """Return the days from entering hospital to leaving it, of all who were admitted to a ward in the window.

    Whether they left alive, died there or are there still: each is followed for `FOLLOW_UP_DAYS` from entering, and a
    longer stay counts as that long.
    """
    admitted = window.contains(stays.admitted)
    return np.minimum(stays.left[admitted] - stays.entered[admitted], FOLLOW_UP_DAYS)


def stranded_patients(stays: Stays, window: Window, days: float) -> float:
    """Return the mean number, over midnights, of people who have been in hospital for at least `days` days.

    NHS Improvement calls them stranded from 7 days on, and super-stranded from 21.
    """
    return mean(window.midnights(stays.entered + days, stays.left)[0])


def boarding_hours(log: JourneyLog, stays: Stays, window: Window) -> float:
    """Return the mean hours that people in MAU or AMU wait for a ward bed.

    Of all requests in the window, whatever ended the wait (a bed, or death), each up to `FOLLOW_UP_DAYS`; see
    `flowsim.measures.waits`. Those who come to the ward directly do not board.
    """
    rows = stays.ward_rows
    rows = rows[window.contains(log.requested[rows]) & (stays.entry_row[log.spell[rows]] < rows)]
    return mean_waited(log, rows) * HOURS_PER_DAY


def ward_queue(log: JourneyLog, stays: Stays, window: Window) -> NDArray[np.int64]:
    """Count those who wait in MAU or AMU for a ward bed at every midnight of the window; shape (horizon,)."""
    rows = stays.ward_rows
    started = log.started[rows]
    waits_until = np.where(np.isnan(started), until_end(log, rows), started)
    waits_from = np.maximum(log.requested[rows], stays.entered[log.spell[rows]])
    waiting: NDArray[np.int64] = window.midnights(waits_from, waits_until)[0]
    return waiting
