"""Delay is divided into lag, calendar and queue, by journeys that are worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hand_worked import CITY, NAN, counted, effective_city, journeys, people

from flowsim.measures.delay_parts import PARTS
from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity

DAYS = 20
EIGHT_HOURS = Calendar.from_intervals(np.arange(60) + 9 / 24, np.arange(60) + 17 / 24)
WEEKDAYS = Calendar.from_intervals(*(np.array([d + h for d in range(60) if d % 7 < 5]) for h in (0.25, 0.75)))
IN_WEEKDAYS = {"calendar": "weekdays", "reason": "assessment"}
NETWORK = replace(
    CITY,
    calendars={"eight_hours": EIGHT_HOURS, "weekdays": WEEKDAYS},
    activities=(
        *CITY.activities,
        Activity("visit", "ward", "home", pool="discharge_team", **IN_WEEKDAYS),
        Activity("office", "ward", "home", **IN_WEEKDAYS),
        Activity("paperwork", "ward", "home", clock="working", duration="d", **IN_WEEKDAYS),
        Activity("report", "ward", "home", clock="working", calendar="eight_hours", reason="assessment"),
        Activity("hindrance", "ward", "home", reason="home_package"),
    ),
)
IN_BED = (0, "ward_treatment", 0.5, 0.5, 1.0)


def parts(*rows, reason="all", until=400.0, **columns):
    """Midnights of lag, calendar and queue."""
    city, log = effective_city(DAYS), journeys([IN_BED, *rows], until, NETWORK)
    name = "mean" if reason == "all" else reason
    return [DAYS * counted(f"dtoc_{part}_patients_{name}", city, people(1, **columns), log, NETWORK) for part in PARTS]


@pytest.mark.parametrize(
    ("row", "lag", "calendar", "queue"),
    [
        (("hindrance", 1.0, 1.0, 4.5), 4, 0, 0),  # midnights 1 to 4
        (("reserve_slot", 1.0, 3.5, 3.5), 0, 0, 3),  # no calendar: all of it is a queue
        (("visit", 3.5, 8.5, 8.5), 0, 0, 5),  # open when asked: the weekend (5 and 6) passes in the queue
        (("visit", 4.875, 8.5, 8.5), 0, 3, 1),  # closed until 7.25: midnights 5, 6, 7; then 8 in the queue
        (("visit", 4.875, 7.25, 9.5), 2, 3, 0),  # served when it opens, and takes until 9.5
        (("office", 4.875, 7.25, 7.25), 0, 3, 0),
        (("office", 4.875, NAN, 6.5), 0, 2, 0),  # died before it opened
        (("visit", 4.875, NAN, 8.5), 0, 3, 1),  # gave up
        (("visit", 4.875, NAN, NAN), 0, 3, 13),  # waits to this day: midnights 8 to 20
        (("paperwork", 2.5, 2.5, 4.5), 1, 1, 0),  # 1 of the 2 days is open
        (("paperwork", 4.5, 4.5, 7.5), 3 * 0.5 / 3, 3 * 2.5 / 3, 0),
        (("report", 1.5, 1.5, 2.5), 8 / 24, 16 / 24, 0),
    ],
)
def test_each_midnight_is_lag_calendar_or_queue(row, lag, calendar, queue):
    assert parts((0, *row)) == pytest.approx([lag, calendar, queue], abs=1e-5)


def test_only_what_lies_in_the_delay_is_divided():
    """Planning that began before the person was medically optimised: the open time that is left is lag."""
    row = (0, "paperwork", 1.0, 1.25, 4.0)  # optimised at 2.5: 0.25 + 0.5 open of 1.5 days, midnights 3 (4 is left)
    assert parts(row, stay_until_optimised=[2.0]) == pytest.approx([0.5, 0.5, 0.0])


def test_reasons_have_parts_of_their_own_and_all_of_them_add_up():
    rows = (0, "visit", 1.0, 3.5, 3.5), (0, "hindrance", 3.5, 3.5, 9.5), (0, "home", 9.5, 9.5, 9.5)
    assert parts(*rows, reason="assessment") == [0, 1, 2]
    assert parts(*rows, reason="home_package") == [6, 0, 0]
    assert parts(*rows) == [6, 1, 2]
    city, log = effective_city(DAYS), journeys([IN_BED, *rows], network=NETWORK)
    assert counted("dtoc_patients_mean", city, people(1), log, NETWORK) == 9 / DAYS


def test_waits_in_an_intermediate_care_bed_are_divided_too():
    city = effective_city(DAYS)
    log = journeys([(0, "step_down_stay", 1.0, 1.0, 3.5), (0, "family_chooses", 3.5, 3.5, 5.5),
                    (0, "vacancy_from_step_down", 5.5, 9.25, 9.25)])  # fmt: skip
    found = [DAYS * counted(f"dtoc_{part}_patients_mean", city, people(1), log) for part in PARTS]
    assert found == pytest.approx([2, 0, 4])
