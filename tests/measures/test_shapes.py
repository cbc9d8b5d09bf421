"""Discharges and stock by day of the week, long stays in occupied beds, and readmission by age, worked by hand.

Day 0 is Saturday 1 October 2016. Monday 26 December (day 86) and Tuesday 27 December (day 87) are bank holidays.
"""

import numpy as np
import pytest
from hand_worked import NAN, counted, effective_city, journeys, people

SATURDAY, SUNDAY, MONDAY = 0, 1, 2


def stay(spell, left, entered=0.0, ends="simple_discharge"):
    return [(spell, "ward_treatment", entered, entered, left), (spell, ends, left, left, left)]


def discharges(*days):
    """One person leaves a ward at noon of each of these days."""
    rows = [row for spell, day in enumerate(days) for row in stay(spell, day + 0.5)]
    return people(len(days)), journeys(rows)


def test_weekend_discharges_are_relative_to_a_weekday():
    """Two weeks: ten weekdays with 20 discharges in all, two Saturdays with 3 and two Sundays with 1."""
    weekdays = [day for day in range(14) if day % 7 > 1 for _ in range(2)]
    cohort, log = discharges(*weekdays, SATURDAY, SATURDAY, SATURDAY + 7, SUNDAY)
    city = effective_city(14)
    assert counted("ward_discharges_saturday", city, cohort, log) == pytest.approx((3 / 2) / 2)
    assert counted("ward_discharges_sunday", city, cohort, log) == pytest.approx((1 / 2) / 2)
    assert np.isnan(counted("ward_discharges_bank_holiday_monday", city, cohort, log))


def test_a_bank_holiday_is_no_weekday():
    """Week of Monday 26 December (days 84 to 90): the two holidays do not count as weekdays."""
    cohort, log = discharges(84, 86, 87, 87, *(day for day in (88, 89, 90) for _ in range(4)))
    city = effective_city(7, warm_up=84)
    assert counted("ward_discharges_bank_holiday_monday", city, cohort, log) == pytest.approx(1 / 4)
    assert counted("ward_discharges_saturday", city, cohort, log) == pytest.approx(1 / 4)


def test_only_those_who_leave_a_ward_alive_are_ward_discharges():
    rows = [
        *stay(0, 2.5),
        *stay(1, 0.5, ends="died"),
        (2, "mau_assessment", 0.1, 0.1, 0.5),
        (2, "same_day_discharge", 0.5, 0.5, 0.5),
    ]
    assert counted("ward_discharges_saturday", effective_city(7), people(3), journeys(rows)) == 0


def test_the_stock_left_behind_is_flat_if_every_day_of_the_week_has_the_same():
    """One person is left behind at midnights 1 to 14; another at 3 and 4, the ends of a Monday and a Tuesday."""
    rows = [*stay(0, 14.5), *stay(1, 4.5, entered=2.5)]
    city = effective_city(14)
    assert counted("left_behind_flatness_share", city, people(1), journeys(rows[:2])) == 1
    assert counted("left_behind_flatness_share", city, people(2), journeys(rows)) == pytest.approx(2 / 3)
    not_yet = people(2, stay_until_optimised=[0.0, 5.0])  # the second is still being treated
    assert counted("left_behind_flatness_share", city, not_yet, journeys(rows)) == 1
    assert np.isnan(counted("left_behind_flatness_share", effective_city(6), people(1), journeys(rows[:2])))


def test_long_stays_are_a_share_of_occupied_ward_beds():
    rows = [
        (0, "amu_assessment", 0.0, 0.0, 2.5),
        (0, "ward_treatment", 2.5, 2.5, 10.5),  # in a ward bed at midnights 3 to 10, in hospital for 7 days from 7 on
        (0, "simple_discharge", 10.5, 10.5, 10.5),
        *stay(1, 5.5, entered=3.5),  # midnights 4 and 5
        (2, "amu_assessment", 0.0, 0.0, 9.5),  # never in a ward bed
        (2, "same_day_discharge", 9.5, 9.5, 9.5),
        (3, "ready_for_transfer", 1.5, 1.5, 1.5),  # comes ready: in a ward bed at midnights 2 to 23
        (3, "assessment", 1.5, 1.5, 23.5),
        (3, "simple_discharge", 23.5, 23.5, 23.5),
    ]
    city, beds = effective_city(30), 8 + 2 + 22
    assert counted("stranded_share", city, people(4), journeys(rows)) == pytest.approx((4 + 15) / beds)  # 9 to 23
    assert counted("super_stranded_share", city, people(4), journeys(rows)) == pytest.approx(1 / beds)  # at 23
    assert np.isnan(counted("stranded_share", city, people(0), journeys([])))


def readmitted(back, age_band=2, **columns):
    """Discharged at noon of day 2, and in hospital again at `back`."""
    rows = [*stay(0, 2.5, entered=1.0), (1, "amu_assessment", back, back, back + 1)]
    return people(2, child={0: 1}, age_band=[age_band] * 2, **columns), journeys(rows)


@pytest.mark.parametrize(("back", "share"), [(2.9, 1), (31.99, 1), (32.0, 0)])
def test_a_readmission_is_counted_by_dates_from_day_0_to_day_29(back, share):
    assert counted("readmissions_30_days_75plus_share", effective_city(20), *readmitted(back)) == share


def test_readmissions_are_told_by_age():
    old, young = "readmissions_30_days_75plus_share", "readmissions_30_days_under_75_share"
    for age_band in (0, 1, 2, 3):
        cohort, log = readmitted(10.0, age_band)
        found = [counted(name, effective_city(20), cohort, log) for name in (old, young)]
        assert np.array_equal(found, [1, NAN] if age_band >= 2 else [NAN, 1], equal_nan=True)


def test_who_is_looked_after_at_home_instead_is_not_readmitted():
    rows = [*stay(0, 2.5, entered=1.0), (1, "elsewhere", 10.0, 10.0, 10.0)]
    cohort = people(2, child={0: 1}, age_band=[2, 2])
    assert counted("readmissions_30_days_75plus_share", effective_city(20), cohort, journeys(rows)) == 0
    assert counted("readmission_30_day_share", effective_city(20), cohort, journeys(rows)) == 1  # asked for help
