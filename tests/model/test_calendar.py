"""Opening hours on real dates, and working time: by hand around weekends and holidays, and against naive counting."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.model.calendar import Calendar, bank_holidays, working_days, working_hours
from flowsim.model.clock import TICK, to_grid

MONDAY = dt.date(2016, 3, 21)  # Good Friday is day 4, Easter Monday day 7
HOUR = 1 / 24
NEVER = float("inf")
SECONDS = 1e-5  # the grid of time rounds an hour of the day by some hundredths of a second


def office(holidays=True) -> Calendar:
    closed = bank_holidays("GB", "ENG", MONDAY, 60) if holidays else ()
    return working_hours(MONDAY, 60, range(5), 9, 17, closed)


def at(day: int, hour: float) -> float:
    return day + hour * HOUR


# -- Real dates ----------------------------------------------------------------------------------------------------


def test_english_bank_holidays_are_the_gazetted_ones():
    expected = [
        *[(2015, 12, 25), (2015, 12, 28)],  # Boxing Day was a Saturday: the Monday instead
        *[(2016, 1, 1), (2016, 3, 25), (2016, 3, 28), (2016, 5, 2), (2016, 5, 30), (2016, 8, 29)],
        *[(2016, 12, 26), (2016, 12, 27)],  # Christmas Day was a Sunday: the Tuesday instead
        (2017, 1, 2),  # New Year's Day was a Sunday: the Monday instead
    ]
    found = bank_holidays("GB", "ENG", dt.date(2015, 12, 1), 420)
    weekdays = {day for day in found if day.weekday() < 5 and dt.date(2015, 12, 1) <= day < dt.date(2017, 1, 24)}
    assert weekdays == {dt.date(*day) for day in expected}


def test_scotland_does_not_keep_easter_monday():
    assert dt.date(2016, 3, 28) not in bank_holidays("GB", "SCT", MONDAY, 60)


def test_open_from_the_opening_up_to_and_not_at_the_closing():
    hours = office()
    assert not hours.is_open(at(0, 9) - TICK)
    assert hours.is_open(0.375)
    assert hours.is_open(0.5)
    assert hours.is_open(hours.closes[0] - TICK)
    assert not hours.is_open(hours.closes[0])
    assert hours.closes[0] == to_grid(at(0, 17))


def test_closed_at_weekends_and_on_bank_holidays():
    open_at_noon = [office().is_open(day + 0.5) for day in range(14)]
    #                                    Mon  Tue  Wed  Thu  Good Friday, weekend, Easter Monday, ...
    assert open_at_noon == [bool(x) for x in (1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0)]
    assert office(holidays=False).is_open(4.5)


def test_the_next_opening_is_now_or_the_next_working_morning():
    hours = office()
    assert hours.next_opening(0.4) == 0.4
    assert hours.next_opening(0.0) == 0.375
    assert hours.next_opening(0.375) == 0.375
    assert hours.next_opening(hours.closes[0]) == 1.375
    assert hours.next_opening(at(3, 18)) == 8.375  # from Thursday evening over Easter to Tuesday
    assert hours.next_opening(60.0) == NEVER


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (at(0, 10), 3, at(0, 13)),
        (at(0, 16), 3, at(1, 11)),  # one hour today, two tomorrow
        (at(0, 20), 1, at(1, 10)),  # at night nothing is done
        (at(0, 6), 1, at(0, 10)),
        (at(0, 9), 30, at(3, 15)),  # three days of eight hours and six hours
        (at(3, 16), 2, at(8, 10)),  # an hour on Maundy Thursday, the other on Tuesday after Easter
        (at(5, 12), 9, at(9, 10)),  # from the Saturday: eight hours on Tuesday, one on Wednesday
        (at(11, 13), 4 + 8 + 1, at(15, 10)),  # Friday afternoon, Monday, Tuesday morning
        (at(4, 12), 3, at(8, 12)),
    ],
)
def test_working_time_runs_in_opening_hours_only(start, hours, end):
    assert office().end_of_work(start, hours * HOUR) == pytest.approx(end, abs=SECONDS)


def test_work_that_ends_at_closing_time_ends_that_day():
    hours = Calendar.from_intervals([0, 1], [0.25, 1.25])
    assert hours.end_of_work(0.0, 0.25) == 0.25
    assert hours.end_of_work(0.125, 0.125) == 0.25
    assert hours.end_of_work(0.125, 0.125 + TICK) == 1 + TICK
    assert hours.end_of_work(0.25, TICK) == 1 + TICK


def test_no_work_is_done_when_it_can_start():
    hours = office()
    assert hours.end_of_work(0.5, 0.0) == 0.5
    assert hours.end_of_work(5.0, 0.0) == 8.375


def test_work_past_the_end_of_the_calendar_never_ends():
    hours = Calendar.from_intervals([0, 1], [0.25, 1.25])
    assert hours.end_of_work(0.0, 0.5) == 1.25
    assert hours.end_of_work(0.0, 0.5 + TICK) == NEVER
    assert hours.end_of_work(2.0, TICK) == NEVER
    assert hours.end_of_work(2.0, 0.0) == NEVER


def test_seven_days_and_all_hours_is_a_clock():
    always = working_hours(MONDAY, 60, range(7), 0, 24)
    assert always.opens.tolist() == [0.0] and always.closes.tolist() == [60.0]
    assert always.end_of_work(3.7, 11.2) == pytest.approx(14.9, abs=1e-12)
    assert always.ordinary_week.tolist() == [7.0] * 60


def test_a_night_goes_on_into_the_next_day():
    """Nights from Thursday to Saturday, from 20 to 6; Good Friday (day 4) does not begin one."""
    nights = working_hours(MONDAY, 14, [3, 4, 5], 20, 30, {MONDAY + dt.timedelta(days=4)})
    begins, ends = [3, 5, 10, 11, 12], [4, 6, 11, 12, 13]
    assert nights.opens == pytest.approx([at(day, 20) for day in begins], abs=SECONDS)
    assert nights.closes == pytest.approx([at(day, 6) for day in ends], abs=SECONDS)
    assert nights.ordinary_week[0] == pytest.approx(30 / 24)
    assert nights.end_of_work(at(3, 23), 8 * HOUR) == pytest.approx(at(5, 21), abs=SECONDS)


@pytest.mark.parametrize(
    ("weekdays", "closed_on", "first_opening"),
    [
        (range(7), (), 0.0),
        (range(6), (), at(0, 20)),  # Sunday has no night, and day 0 is a Monday
        (range(7), {MONDAY - dt.timedelta(days=1)}, at(0, 20)),
    ],
)
def test_the_night_before_the_run_goes_on_into_it(weekdays, closed_on, first_opening):
    nights = working_hours(MONDAY, 3, weekdays, 20, 30, closed_on)
    assert nights.opens[0] == pytest.approx(first_opening, abs=SECONDS)
    if first_opening == 0:
        assert nights.closes[0] == to_grid(at(0, 6))


def test_a_night_that_meets_the_next_days_hours_is_one_with_them():
    """On day 1 the hours are others (an intervention holds on some days): 4 to 12, while the night lasts until 6."""
    nights = working_days(MONDAY, 3, dict.fromkeys(range(7), (20, 30)))
    mornings = working_days(MONDAY, 3, dict.fromkeys(range(7), (4, 12)))
    mixed = nights.replaced(np.array([1]), mornings).calendar()
    assert mixed.opens == pytest.approx([0, at(0, 20), at(2, 20)], abs=SECONDS)
    assert mixed.closes == pytest.approx([at(0, 6), at(1, 12), at(3, 6)], abs=SECONDS)


def test_an_ordinary_week_has_the_hours_on_the_door():
    assert office().ordinary_week == pytest.approx(np.full(60, 40 * HOUR))
    # Easter week and the week after it have four days each.
    assert float(office().work_before(7.0)) == pytest.approx(4 * 8 * HOUR, abs=SECONDS)
    assert float(office().work_before(14.0)) == pytest.approx(8 * 8 * HOUR, abs=SECONDS)


@pytest.mark.parametrize(("opens", "closes"), [([0, 1], [1.5, 2]), ([1, 0], [2, 0.5]), ([0, 1], [0, 2]), ([1], [0.5])])
def test_intervals_that_overlap_or_are_empty_are_refused(opens, closes):
    with pytest.raises(ValueError, match="sorted"):
        Calendar.from_intervals(opens, closes)


def test_intervals_that_touch_are_one():
    joined = Calendar.from_intervals([0, 1, 3, 4], [1, 2, 4, 4.5])
    assert joined.opens.tolist() == [0, 3] and joined.closes.tolist() == [2, 4.5]
    assert joined.worked.tolist() == [0, 2]


def test_a_calendar_that_is_never_open_is_refused():
    """A team that works on Saturdays has no opening in a calendar of five days from a Monday."""
    with pytest.raises(ValueError, match="never open"):
        working_hours(MONDAY, 5, [5], 9, 17)


# -- Against naive counting ----------------------------------------------------------------------------------------

MINUTE = 2.0**-10  # of a day: 84 seconds, on the grid of time, so that counting and reckoning agree exactly
DAY = 1024


@st.composite
def opening_minutes(draw):
    """Draw some opening hours within three days, as pairs of minutes; not touching, so that each stays itself."""
    edges = draw(st.lists(st.integers(0, 3 * DAY), min_size=2, max_size=16, unique=True))
    edges = sorted(edges[: len(edges) // 2 * 2])
    return list(zip(edges[::2], edges[1::2], strict=True))


def calendar_of(pairs) -> tuple[Calendar, np.ndarray]:
    """Return the calendar, and whether it is open in each minute."""
    open_in = np.zeros(4 * DAY, dtype=bool)
    for opens, closes in pairs:
        open_in[opens:closes] = True
    return Calendar.from_intervals([a * MINUTE for a, _ in pairs], [b * MINUTE for _, b in pairs]), open_in


def minute_by_minute(open_in: np.ndarray, start: int, work: int) -> float:
    """Work one minute in every open one until all is done."""
    minute = start
    if work == 0:
        while minute < open_in.size and not open_in[minute]:
            minute += 1
        return minute * MINUTE if minute < open_in.size else NEVER
    while work > 0:
        if minute == open_in.size:
            return NEVER
        work -= open_in[minute]
        minute += 1
    return minute * MINUTE


@settings(max_examples=300, deadline=None, derandomize=True)
@given(opening_minutes(), st.integers(0, 3 * DAY + 10), st.integers(0, 2 * DAY))
def test_end_of_work_is_what_counting_minutes_gives(pairs, start, work):
    calendar, open_in = calendar_of(pairs)
    assert calendar.end_of_work(start * MINUTE, work * MINUTE) == minute_by_minute(open_in, start, work)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(opening_minutes(), st.integers(0, 3 * DAY + 10))
def test_openings_and_work_before_are_what_counting_minutes_gives(pairs, now):
    calendar, open_in = calendar_of(pairs)
    assert calendar.is_open(now * MINUTE) == open_in[now]
    assert calendar.next_opening(now * MINUTE) == minute_by_minute(open_in, now, 0)
    assert float(calendar.work_before(now * MINUTE)) == open_in[:now].sum() * MINUTE


@settings(max_examples=200, deadline=None, derandomize=True)
@given(opening_minutes(), st.integers(0, 3 * DAY), st.integers(1, DAY), st.integers(1, DAY))
def test_work_may_be_interrupted_without_loss(pairs, start, first, second):
    calendar, _ = calendar_of(pairs)
    between = calendar.end_of_work(start * MINUTE, first * MINUTE)
    if between < NEVER:
        at_once = calendar.end_of_work(start * MINUTE, (first + second) * MINUTE)
        assert calendar.end_of_work(between, second * MINUTE) == at_once


@settings(max_examples=200, deadline=None, derandomize=True)
@given(opening_minutes(), st.data())
def test_the_moment_of_work_is_the_inverse_of_work_before(pairs, data):
    calendar, open_in = calendar_of(pairs)
    work = data.draw(st.lists(st.integers(0, int(open_in.sum()) - 1), min_size=1, max_size=20))
    moments = calendar.moment_of_work(np.array(work) * MINUTE)
    assert np.array_equal(calendar.work_before(moments), np.array(work) * MINUTE)
    assert all(calendar.is_open(moment) for moment in moments)
