"""The rules of both engines on small worlds: calendars on real dates, clocks, ways to go, stamps.

Calendars start on Monday 21 March 2016, the week before Easter: Good Friday
is day 4 (25 March), Easter Monday day 7 (28 March), so nobody works from Thursday, day 3, to Tuesday, day 8.
"""

import datetime as dt

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, starts, units

from flowsim.model.calendar import Calendar, bank_holidays, working_hours
from flowsim.model.harm import Harm
from flowsim.model.network import Activity, Branch, Switch

UNTIL = 200.0
MONDAY = dt.date(2016, 3, 21)
MON, TUE, WED, THU, GOOD_FRIDAY, SAT, SUN, EASTER_MONDAY, TUE_AFTER = range(9)
NINE, NOON, THREE, FIVE = 9 / 24, 0.5, 15 / 24, 17 / 24
HOURS = 1 / 24
SECONDS = 1e-5  # the grid of time rounds 17 o'clock by some hundredths of a second


def office(closed_on=None) -> Calendar:
    holidays = bank_holidays("GB", "ENG", MONDAY, 60) if closed_on is None else closed_on
    return working_hours(MONDAY, 60, range(5), 9, 17, holidays)


def close_to(times: dict[int, float]):
    return pytest.approx(times, abs=SECONDS)


# -- Calendars -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pool", ["staff", None])
def test_nothing_starts_at_night_on_a_weekend_or_on_a_bank_holiday(engine, pool):
    act = Activity("act", "ward", "leave", pool=pool, calendar="office", duration="takes")
    net = network(act, LEAVE, pools=[units("staff", 9)], calendars={"office": office()})
    asked = [MON, MON + NOON, MON + FIVE, THU + 18 * HOURS, GOOD_FRIDAY + NOON, SAT, SUN + NOON, EASTER_MONDAY + NOON]
    log = engine(net, people(*asked, takes=np.full(8, 9 * HOURS)), UNTIL)
    after_easter = TUE_AFTER + NINE
    began = [MON + NINE, MON + NOON, TUE + NINE, *[after_easter] * 5]
    assert starts(net, log, "act") == close_to(dict(enumerate(began)))
    # On the wall clock nine hours are nine hours, closing time or not.
    assert journey(net, log, 1)[0][3] == pytest.approx(MON + NOON + 9 * HOURS, abs=SECONDS)


def test_without_bank_holidays_good_friday_is_a_friday(engine):
    act = Activity("act", "ward", "leave", pool="staff", calendar="office")
    net = network(act, LEAVE, pools=[units("staff", 1)], calendars={"office": office(closed_on=())})
    log = engine(net, people(GOOD_FRIDAY + NOON, SAT), UNTIL)
    assert starts(net, log, "act") == {0: GOOD_FRIDAY + NOON, 1: EASTER_MONDAY + NINE}


def test_working_time_does_not_run_while_the_calendar_is_closed(engine):
    act = Activity("act", "ward", "leave", calendar="office", clock="working", duration="work")
    net = network(act, LEAVE, calendars={"office": office()})
    # From Thursday 15:00 to 17:00 there are two hours; two weeks later an ordinary weekend lies between.
    asked = [THU + THREE, THU + THREE, THU + THREE, 18 + THREE, SAT]
    log = engine(net, people(*asked, work=np.array([2, 3, 11, 11, 8]) * HOURS), UNTIL)
    ends = {spell: journey(net, log, spell)[0][3] for spell in range(5)}
    assert ends == close_to(
        {
            0: THU + FIVE,  # exactly at closing time
            1: TUE_AFTER + NINE + 1 * HOURS,
            2: TUE_AFTER + 1 + NINE + 1 * HOURS,  # 2 on Thursday, 8 on Tuesday, 1 on Wednesday
            3: 22 + NINE + 1 * HOURS,  # day 18 is a Friday: 2 then, 8 on Monday, 1 on Tuesday
            4: TUE_AFTER + FIVE,
        }
    )


def test_staff_at_work_over_a_weekend_are_busy_over_it(engine):
    act = Activity("act", "ward", "leave", pool="staff", calendar="office", clock="working", duration="work")
    net = network(act, LEAVE, pools=[units("staff", 1)], calendars={"office": office()})
    log = engine(net, people(THU + THREE, THU + THREE, work=np.array([3, 1]) * HOURS), UNTIL)
    assert starts(net, log, "act") == close_to({0: THU + THREE, 1: TUE_AFTER + 10 * HOURS})


def test_those_whose_calendar_is_closed_are_passed_over(engine):
    by_night = Calendar.from_intervals([day + 0.75 for day in range(9)], [day + 1.25 for day in range(9)])
    net = network(
        Activity("by_day", "ward", "leave", pool="staff", calendar="office", duration="takes"),
        Activity("by_night", "ward", "leave", pool="staff", calendar="night", duration="takes"),
        LEAVE,
        pools=[units("staff", 1)],
        entries=("by_day", "by_night"),
        calendars={"office": office(), "night": by_night},
    )
    # All ask on Monday after office hours. Spell 1 has waited longest at midnight, but only for the day.
    log = engine(net, people(MON + 0.75, MON + 0.73, MON + 0.8, takes=[0.25, 0.5, 0.25], entry=[1, 0, 1]), UNTIL)
    assert starts(net, log, "by_night") == {0: MON + 0.75, 2: TUE}
    assert starts(net, log, "by_day") == {1: TUE + NINE}
    # If spell 0 takes until 6:00, when the night shift ends, spell 2 waits for the next one.
    log = engine(net, people(MON + 0.75, MON + 0.73, MON + 0.8, takes=[0.5, 0.25, 0.25], entry=[1, 0, 1]), UNTIL)
    assert starts(net, log, "by_night") == {0: MON + 0.75, 2: TUE + 0.75}
    assert starts(net, log, "by_day") == {1: TUE + NINE}


def test_no_start_at_closing_time_but_one_at_opening_time(engine):
    by_quarters = Calendar.from_intervals([1, 3], [2, 4])
    act = Activity("act", "ward", "leave", pool="staff", calendar="c", duration="takes")
    net = network(act, LEAVE, pools=[units("staff", 1)], calendars={"c": by_quarters})
    log = engine(net, people(0, 1, 5, takes=[1, 1, 1]), UNTIL)
    assert starts(net, log, "act") == {0: 1, 1: 3, 2: None}  # free at 2, when it closes; and after 4 never again


def test_patience_runs_out_of_hours_too(engine):
    net = network(
        Activity("act", "ward", "leave", pool="p", calendar="office", patience="patience", otherwise="leave"),
        LEAVE,
        pools=[units("p", 1)],
        calendars={"office": office()},
    )
    log = engine(net, people(SAT, SAT, patience=[2, 4]), UNTIL)
    assert starts(net, log, "act") == {0: None, 1: TUE_AFTER + NINE}


# -- Clocks and ways -----------------------------------------------------------------------------------------------


def test_a_stay_that_counts_from_admission_ends_then_or_has_ended(engine):
    net = network(
        Activity("board", "amu", "treat", duration="boarding"),
        Activity("treat", "ward", "plan", duration="before_planning", stamp="admitted"),
        Activity("plan", "ward", "rest", duration="planning"),
        Activity("rest", "ward", "leave", duration="stay", clock="since_admission"),
        LEAVE,
    )
    log = engine(net, people(1, 1, boarding=[1, 1], before_planning=[2, 2], planning=[1, 4], stay=[5, 5]), UNTIL)
    assert journey(net, log, 0)[2:] == [("plan", 4, 4, 5), ("rest", 5, 5, 7), ("leave", 7, 7, 7)]
    assert journey(net, log, 1)[2:] == [("plan", 4, 4, 8), ("rest", 8, 8, 8), ("leave", 8, 8, 8)]


def test_a_switch_goes_where_a_column_says_however_deep(engine):
    ends = [Activity(name, "outside", None) for name in ("a", "b", "c")]
    net = network(Activity("begin", "ward", Switch("x", ("a", Switch("y", ("b", "c"))))), *ends)
    log = engine(net, people(0, 0, 0, 0, x=[0, 0, 1, 1], y=[0, 1, 0, 1]), UNTIL)
    assert [journey(net, log, spell)[-1][0] for spell in range(4)] == ["a", "a", "b", "c"]


def harmed(stamp="ready", per_day=0.125):
    """A wait of so many days after the stamp, discharge, some days of recovery, and then a branch."""
    choice = Branch("u", "p", "care_home", "alone", Harm.per_day(per_day))
    return network(
        Activity("treat", "ward", "wait", duration="treatment"),
        Activity("wait", "ward", "recover", duration="delay", stamp=stamp),
        Activity("recover", "home", choice, duration="rest", stamp="discharged"),
        Activity("care_home", "care_home", None),
        Activity("alone", "home", None),
    )


def test_a_branch_compares_a_uniform_with_a_probability(engine):
    net = harmed(per_day=0.0)
    chances = {"u": [0.25, 0.5, 0.75, 0.0], "p": [0.5, 0.5, 0.5, 0.0]}
    log = engine(net, people(0, 0, 0, 0, treatment=np.ones(4), delay=np.full(4, 9), rest=np.ones(4), **chances), UNTIL)
    assert [journey(net, log, s)[-1][0] for s in range(4)] == ["care_home", "alone", "alone", "alone"]


def test_each_delayed_day_adds_to_the_probability(engine):
    """With 0.125 a day, 0.25 + 2 x 0.125 = 0.5: a uniform below that goes; only days from ready to discharged count."""
    columns = {"treatment": [9, 9, 9], "rest": [50, 50, 50], "u": [0.25, 0.49, 0.5], "p": [0.25, 0.25, 0.25]}
    delay = {"delay": [0, 2, 2]}
    log = engine(harmed(), people(0, 0, 0, **columns, **delay), UNTIL)
    assert [journey(harmed(), log, s)[-1][0] for s in range(3)] == ["alone", "care_home", "alone"]
    # Who was never ready for transfer has no delayed day.
    log = engine(harmed(stamp=None), people(0, 0, 0, **columns, **delay), UNTIL)
    assert [journey(harmed(), log, s)[-1][0] for s in range(3)] == ["alone"] * 3


def test_before_discharge_the_delay_runs_up_to_now(engine):
    net = network(
        Activity(
            "wait", "ward", Branch("u", "p", "care_home", "alone", Harm.per_day(0.125)), duration="delay", stamp="ready"
        ),
        Activity("care_home", "care_home", None),
        Activity("alone", "home", None),
    )
    log = engine(net, people(3, 3, delay=[2, 1.75], u=[0.49, 0.49], p=[0.25, 0.25]), UNTIL)
    assert [journey(net, log, s)[-1][0] for s in range(2)] == ["care_home", "alone"]


def test_a_stamp_is_set_once_by_the_first_start(engine):
    """Ready at 0, again at 1, discharged at 3, again at 6: three delayed days, which add 0.375."""
    steps = [("ready", "ward"), ("ready", "ward"), ("discharged", "home"), ("discharged", "home")]
    activities = [
        Activity(f"step_{i}", place, f"step_{i + 1}", duration=f"takes_{i}", stamp=stamp)
        for i, (stamp, place) in enumerate(steps)
    ]
    choice = Activity("step_4", "home", Branch("u", "p", "care_home", "alone", Harm.per_day(0.125)))
    net = network(*activities, choice, Activity("care_home", "care_home", None), Activity("alone", "home", None))
    takes = {f"takes_{i}": np.full(2, days) for i, days in enumerate((1, 2, 3, 4))}
    log = engine(net, people(0, 0, **takes, u=[0.374, 0.375], p=[0, 0]), UNTIL)
    assert [journey(net, log, s)[-1][0] for s in range(2)] == ["care_home", "alone"]
