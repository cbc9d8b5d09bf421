"""Three patients through the network of Sheffield of version 0.1, in spring 2016, every stamp worked out on paper.

Nobody else is there, so nobody waits but for opening hours, lead times and vacancies. Opening hours, by the shipped
configuration: ward rounds 8-18 every day; MDT meetings and brokerage Mon-Fri 9-17; discharge team Mon-Fri 8:30-16:30;
intermediate care Mon-Fri 9-17; Active Recovery Mon-Sat 9-17; care homes Mon-Fri 9-16; transport every day 9-20. Only
ward rounds and transport take place on bank holidays: 25 and 28 March (Easter), 2 May, 30 May 2016.
"""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from flowsim.config.city_schema import CityConfig
from flowsim.config.entries import entry_number
from flowsim.config.load import load
from flowsim.config.types import ROUTES
from flowsim.measures.flow import pool_usage
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.clock import to_grid
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city

SHORT = [{"path": "run.warm_up_days", "set": 122}, {"path": "run.horizon_days", "set": 91}]
HOUR = 1 / 24
UNTIL = dt.datetime(2016, 7, 15)

# What holds for each of the three, unless said otherwise below. A branch or a readmission happens if its uniform is
# below its probability.
NOTHING_SPECIAL = {
    "same_day": 0,
    "care_home_resident": 0,
    "early_planning": 0,
    "decision_support_tool": 0,
    "hindrance": 0,
    "equipment_needed": 0,
    "active_recovery": 0,  # STIT, the first of the two services
    "intermediate_care": 0,
    "plan_b_after": np.inf,
    "homecare_service": 0,
    "residential_service": 0,
    "nursing_service": 0,
    "homecare_choosing": 0,
    "care_home_uniform": 0.9,
    "care_home_probability": 0.0,
    "homecare_uniform": 0.9,
    "homecare_probability": 0.0,
    "death_after": np.inf,
    "readmission_uniform": 0.9,
    "readmission_probability": 0.0,
}

OVER_THE_WEEKEND = {
    "arrival": "Fri 4 Mar 11:00",
    "entry": entry_number("mau"),
    "assessment": 12 * HOUR,
    "stay_until_optimised": 1.5,
    "treatment": 1.5,
    "route": ROUTES.index("home"),
    "complex": 0,
    "simple_decision": 9 * HOUR,
    "journey": 1.5 * HOUR,
}

HOME_WITH_EQUIPMENT = {
    "arrival": "Mon 21 Mar 14:00",
    "entry": entry_number("amu"),
    "assessment": 10 * HOUR,
    "stay_until_optimised": 2.25,
    "treatment": 2.25,
    "route": ROUTES.index("discharge_to_assess_home"),
    "complex": 1,
    "complex_decision": 4 * HOUR,
    "planning_referral": 5 * HOUR,
    "assessments": 1,  # counts from 0: two of them
    "assessment_1": 6 * HOUR,
    "assessment_2": 4 * HOUR,
    "active_recovery_lag": 8 * HOUR,
    "equipment_needed": 1,
    "equipment_days": 1.25,
    "journey": 1.5 * HOUR,
    "active_recovery_stay": 20.0,
    "homecare_lag": 10 * HOUR,
    "homecare_probability": 0.28,  # and a uniform that is below it only with the harm of delay, see below
}

STEP_DOWN_TO_A_NURSING_HOME = {
    "arrival": "Wed 25 May 09:00",
    "entry": entry_number("ward"),
    "stay_until_optimised": 2.0,
    "treatment": 2.0,
    "route": ROUTES.index("discharge_to_assess_step_down"),
    "complex": 1,
    "complex_decision": 3 * HOUR,
    "planning_referral": 4.5 * HOUR,
    "assessments": 0,  # one
    "assessment_1": 5 * HOUR,
    "intermediate_care_lag": 6 * HOUR,
    "journey": 1.5 * HOUR,
    "step_down_stay": 30.0,
    "care_home_uniform": 0.1,
    "care_home_probability": 0.2,
    "nursing": 1,
    "nursing_choosing": 1,
    "nursing_choice": 5.0,
    "nursing_lag": 11.5 * HOUR,
}

VACANCIES = {
    "homecare": ["Wed 4 May 11:00"],
    "residential_homes": [],
    "nursing_homes": ["Thu 7 Jul 10:00"],
}


@pytest.fixture(scope="module")
def city(pytestconfig):
    """The network of the shipped configuration, and three rows of a drawn cohort with known values."""
    config = load(pytestconfig.rootpath / "tests/support/cities/sheffield_v01.yaml", CityConfig, SHORT)
    city = effective_city(config)
    calendars = build_calendars(city)
    drawn = draw_cohort(city, calendars, seed=1, replication=0)
    columns = {name: column[:3].copy() for name, column in drawn.columns.items()}
    arrival = np.empty(3)
    harm = config.routes.harm_of_delay.homecare_per_day
    assert harm > 0
    # The second patient is delayed for 8 days and 21.5 hours: a uniform just below what they add up to is met.
    homecare_uniform = HOME_WITH_EQUIPMENT["homecare_probability"] + 8.89 * harm
    for row, patient in enumerate((OVER_THE_WEEKEND, HOME_WITH_EQUIPMENT, STEP_DOWN_TO_A_NURSING_HOME)):
        values = NOTHING_SPECIAL | patient
        arrival[row] = days(config, values.pop("arrival"))
        for name, value in values.items():
            columns[name][row] = value if columns[name].dtype == np.int32 else to_grid(value)
    columns["homecare_uniform"][1] = homecare_uniform
    cohort = replace(
        drawn,
        arrival=to_grid(arrival),
        child=np.full(3, -1, dtype=np.int32),
        columns=columns,
        vacancies={name: to_grid([days(config, when) for when in times]) for name, times in VACANCIES.items()},
        surge_vacancies={},
    )
    return config, build_network(city, calendars), cohort


@pytest.fixture(scope="module")
def run(engine, city):
    config, net, cohort = city
    return engine(net, cohort, float((UNTIL - midnight(config)).days))


def midnight(config) -> dt.datetime:
    return dt.datetime.combine(config.run.start_date, dt.time())


def days(config, when: str) -> float:
    """Return the time in days of a moment such as "Fri 4 Mar 11:00" of 2016."""
    moment = dt.datetime.strptime(f"2016 {when}", "%Y %a %d %b %H:%M")
    assert f"{moment:%a}" == when[:3], f"{when} is no {when[:3]}"
    return (moment - midnight(config)) / dt.timedelta(days=1)


def written(config, time: float) -> str:
    """Return a time in days as people write it; the grid of time is fine enough for every second to come out."""
    moment = midnight(config) + dt.timedelta(days=time)
    nearest = moment + dt.timedelta(seconds=30)
    nearest = nearest.replace(second=0, microsecond=0)
    assert abs(moment - nearest) < dt.timedelta(seconds=1), f"{moment} is not on the minute"
    return f"{nearest:%a} {nearest.day} {nearest:%b %H:%M}"


def stamps(city, log, spell: int) -> list[tuple[str, str, str, str]]:
    """Return what happened to one of the three: (activity, requested, started, ended)."""
    config, net, _ = city
    rows = np.flatnonzero(log.spell == spell)
    names = [net.activities[index].name for index in log.activity[rows]]
    times = [[written(config, time) for time in column[rows]] for column in (log.requested, log.started, log.ended)]
    return list(zip(names, *times, strict=True))


def at_once(activity: str, when: str) -> tuple[str, str, str, str]:
    return activity, when, when, when


def test_a_simple_discharge_over_a_weekend(city, run):
    assert stamps(city, run, 0) == [
        # Twelve hours in MAU.
        ("mau_assessment", "Fri 4 Mar 11:00", "Fri 4 Mar 11:00", "Fri 4 Mar 23:00"),
        # A day and a half on the ward: medically optimised on Sunday.
        ("ward_treatment", "Fri 4 Mar 23:00", "Fri 4 Mar 23:00", "Sun 6 Mar 11:00"),
        # Nine hours of ward rounds: 7 on Sunday until 18:00, 2 on Monday from 8:00.
        ("simple_decision", "Sun 6 Mar 11:00", "Sun 6 Mar 11:00", "Mon 7 Mar 10:00"),
        ("transport_home", "Mon 7 Mar 10:00", "Mon 7 Mar 10:00", "Mon 7 Mar 11:30"),
        at_once("home_as_before", "Mon 7 Mar 11:30"),
    ]


def test_discharge_to_assess_at_home_with_equipment_over_easter_and_a_wait_for_homecare(city, run):
    assert stamps(city, run, 1) == [
        ("amu_assessment", "Mon 21 Mar 14:00", "Mon 21 Mar 14:00", "Tue 22 Mar 00:00"),
        ("ward_treatment", "Tue 22 Mar 00:00", "Tue 22 Mar 00:00", "Thu 24 Mar 06:00"),
        # Medically optimised at 6:00; the MDT meets from 9:00 and takes four hours.
        ("complex_decision", "Thu 24 Mar 06:00", "Thu 24 Mar 09:00", "Thu 24 Mar 13:00"),
        at_once("ready_for_transfer", "Thu 24 Mar 13:00"),
        # Five hours of the team: 3.5 until 16:30 on Maundy Thursday, 1.5 from 8:30 on the Tuesday after Easter.
        ("planning_referral", "Thu 24 Mar 13:00", "Thu 24 Mar 13:00", "Tue 29 Mar 10:00"),
        ("assessment_1", "Tue 29 Mar 10:00", "Tue 29 Mar 10:00", "Tue 29 Mar 16:00"),
        # Four hours: 0.5 until 16:30, 3.5 from 8:30.
        ("assessment_2", "Tue 29 Mar 16:00", "Tue 29 Mar 16:00", "Wed 30 Mar 12:00"),
        at_once("pathway_allocated", "Wed 30 Mar 12:00"),
        # Eight hours of brokerage: 5 until 17:00, 3 from 9:00.
        ("stit_referral", "Wed 30 Mar 12:00", "Wed 30 Mar 12:00", "Thu 31 Mar 12:00"),
        # 30 hours by the clock.
        ("stit_equipment", "Thu 31 Mar 12:00", "Thu 31 Mar 12:00", "Fri 1 Apr 18:00"),
        # Active Recovery takes people on from 9:00 on Saturday; there is room.
        ("stit_slot", "Fri 1 Apr 18:00", "Sat 2 Apr 09:00", "Sat 2 Apr 09:00"),
        ("transport_to_stit", "Sat 2 Apr 09:00", "Sat 2 Apr 09:00", "Sat 2 Apr 10:30"),
        # 20 days. Delayed from 24 March 13:00 to 2 April 10:30: 8.9 days, enough for a need of homecare.
        ("stit_at_home", "Sat 2 Apr 10:30", "Sat 2 Apr 10:30", "Fri 22 Apr 10:30"),
        # Ten hours of brokerage: 6.5 on Friday, 3.5 on Monday.
        ("stit_homecare_assessment", "Fri 22 Apr 10:30", "Fri 22 Apr 10:30", "Mon 25 Apr 12:30"),
        # The first vacancy comes after the bank holiday of 2 May; the slot is blocked until then.
        ("stit_homecare_vacancy", "Mon 25 Apr 12:30", "Wed 4 May 11:00", "Wed 4 May 11:00"),
        at_once("stit_homecare_moved_to_homecare", "Wed 4 May 11:00"),
    ]


def test_step_down_that_ends_in_a_nursing_home(city, run):
    assert stamps(city, run, 2) == [
        ("ward_treatment", "Wed 25 May 09:00", "Wed 25 May 09:00", "Fri 27 May 09:00"),
        ("complex_decision", "Fri 27 May 09:00", "Fri 27 May 09:00", "Fri 27 May 12:00"),
        at_once("ready_for_transfer", "Fri 27 May 12:00"),
        # 4.5 hours: done exactly at closing time.
        ("planning_referral", "Fri 27 May 12:00", "Fri 27 May 12:00", "Fri 27 May 16:30"),
        # Which is too late for the assessment: weekend, bank holiday, Tuesday 8:30. Five hours.
        ("assessment_1", "Fri 27 May 16:30", "Tue 31 May 08:30", "Tue 31 May 13:30"),
        at_once("pathway_allocated", "Tue 31 May 13:30"),
        # Six hours: 3.5 until 17:00, 2.5 from 9:00.
        ("intermediate_care_beds_referral", "Tue 31 May 13:30", "Tue 31 May 13:30", "Wed 1 Jun 11:30"),
        at_once("intermediate_care_beds_bed", "Wed 1 Jun 11:30"),
        ("transport_to_intermediate_care_beds", "Wed 1 Jun 11:30", "Wed 1 Jun 11:30", "Wed 1 Jun 13:00"),
        ("intermediate_care_beds_step_down", "Wed 1 Jun 13:00", "Wed 1 Jun 13:00", "Fri 1 Jul 13:00"),
        # The family takes five days to choose.
        ("intermediate_care_beds_nursing_homes_choice", "Fri 1 Jul 13:00", "Fri 1 Jul 13:00", "Wed 6 Jul 13:00"),
        # 11.5 hours of brokerage: 4 on Wednesday, 7.5 on Thursday.
        ("intermediate_care_beds_nursing_homes_assessment", "Wed 6 Jul 13:00", "Wed 6 Jul 13:00", "Thu 7 Jul 16:30"),
        # The vacancy of Thursday 10:00 still stands; the home admits until 16:00, and again on Friday from 9:00.
        ("intermediate_care_beds_nursing_homes_vacancy", "Thu 7 Jul 16:30", "Fri 8 Jul 09:00", "Fri 8 Jul 09:00"),
        at_once("intermediate_care_beds_nursing_homes_moved_to_nursing", "Fri 8 Jul 09:00"),
    ]


@pytest.mark.parametrize(
    ("pool", "taken", "released"),
    [
        ("mau_beds", "Fri 4 Mar 11:00", "Fri 4 Mar 23:00"),
        ("amu_beds", "Mon 21 Mar 14:00", "Tue 22 Mar 00:00"),
        # Kept from the day before the person comes home until there is homecare: nearly 12 days of it blocked.
        ("stit", "Sat 2 Apr 09:00", "Wed 4 May 11:00"),
        # Likewise from the reservation to the move, nearly a week after the end of the stay.
        ("intermediate_care_beds", "Wed 1 Jun 11:30", "Fri 8 Jul 09:00"),
    ],
)
def test_what_each_of_them_held(city, run, pool, taken, released):
    config, net, _ = city
    mean_in_use, number = pool_usage(net, run, pool, 0.0, run.until)
    assert number == 1
    assert mean_in_use * run.until == pytest.approx(days(config, released) - days(config, taken), abs=1e-4)


def test_ward_beds_were_held_until_the_patients_reached_the_other_end(city, run):
    config, net, _ = city
    stays = [
        ("Fri 4 Mar 23:00", "Mon 7 Mar 11:30"),
        ("Tue 22 Mar 00:00", "Sat 2 Apr 10:30"),
        ("Wed 25 May 09:00", "Wed 1 Jun 13:00"),
    ]
    mean_in_use, number = pool_usage(net, run, "ward_beds", 0.0, run.until)
    assert number == 3
    held = sum(days(config, left) - days(config, came) for came, left in stays)
    assert mean_in_use * run.until == pytest.approx(held, abs=1e-4)
