import numpy as np
import pytest
from hand_worked import CITY, NAN, REASONS, counted, effective_city, journeys, people, read, window

from flowsim.measures import dtoc


def delayed(log, cohort, days):
    blocks, stays = read(log, cohort)
    delays = dtoc.coded_delays(CITY, cohort, log, blocks, stays, REASONS)
    return dtoc.delayed_patients(delays, days, len(REASONS)), stays


# Day 26 is Thursday 27 October 2016, the last of its month; October ends at midnight 31.0.
ACROSS_THE_MONTH = [
    (0, "ward_treatment", 20.0, 20.0, 24.0),
    (0, "ready_for_transfer", 24.0, 24.0, 24.0),
    (0, "assessment", 24.0, 25.5, 28.25),  # midnights 24 to 28: five days in October, under A
    (0, "step_down_stay", 28.25, 33.5, 60.0),  # midnights 29 to 33 waiting: three in October, two in November, under C
    (0, "home", 60.0, 60.0, 60.0),
    (1, "ward_treatment", 20.0, 20.0, 26.9),
    (1, "assessment", 26.9, 26.9, 27.1),  # the snapshot's midnight alone
    (1, "simple_discharge", 27.1, 27.1, 27.1),
    (2, "ward_treatment", 20.0, 20.0, 27.1),
    (2, "assessment", 27.1, 27.2, 27.9),  # between two midnights: nothing
    (2, "reserve_slot", 27.9, 54.5, 54.5),  # midnights 28 to 54: four in October, 23 in November, under E
    (2, "transport", 54.5, 54.5, 54.75),  # no reason: excess at best, never a delay
    (2, "reablement_stay", 54.75, 54.75, 70.0),
    (2, "wait_for_homecare", 70.0, 90.0, 90.0),  # at home: not a delayed transfer
]


# 0.6 is between the NHS's half and social care's quarter; 0.8 belongs to both; 0.1 would be the NHS's.
DELAYED_PEOPLE = people(3, attribution=[0.6, 0.8, 0.1])


@pytest.fixture
def across_the_month():
    return delayed(journeys(ACROSS_THE_MONTH), DELAYED_PEOPLE, window(61))


def test_the_monthly_return_worked_by_hand(across_the_month):
    patients, _ = across_the_month
    table = dtoc.sitrep(patients, REASONS, window(61))
    assert list(table.columns) == [
        "month",
        "bed_type",
        "reason",
        "organisation",
        "delayed_days",
        "snapshot_patients",
        "days_in_month",
    ]
    assert len(table) == 2 * 2 * 3 * 3
    assert dict(zip(table.month, table.days_in_month, strict=True)) == {"2016-10": 31, "2016-11": 30}
    found = {tuple(row[:4]): tuple(row[4:6]) for row in table.itertuples(index=False) if row.delayed_days}
    assert found == {
        ("2016-10", "acute", "A", "social_care"): (5, 1),
        ("2016-10", "acute", "A", "both"): (1, 1),
        ("2016-10", "acute", "C", "nhs"): (3, 0),
        ("2016-10", "acute", "E", "social_care"): (4, 0),
        ("2016-11", "acute", "C", "nhs"): (2, 0),
        ("2016-11", "acute", "E", "social_care"): (23, 0),
    }
    acute = dtoc.sitrep(patients, REASONS, window(61), ["acute"])
    assert acute.equals(table[table.bed_type == "acute"].reset_index(drop=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dtoc_delayed_days", 38 * 365 / 61),
        ("dtoc_patients_mean", 38 / 61),
        ("dtoc_days_per_100k", 38 * 365 / 61 / 2),
        ("dtoc_patients_per_100k", (2 + 0) / 2 / 2),
        ("dtoc_share_pathway_allocation", 6 / 38),
        ("dtoc_share_bedded", 5 / 38),
        ("dtoc_share_home_support", 27 / 38),
        ("dtoc_share_other", 0),
    ],
)
def test_the_measures_worked_by_hand(name, value):
    config = effective_city(61, adults=200_000)
    assert counted(name, config, DELAYED_PEOPLE, journeys(ACROSS_THE_MONTH)) == pytest.approx(value)


@pytest.mark.parametrize(("limit", "midnights"), [(0, 31), (1, 7), (2, 0)])
def test_days_over_a_limit_are_midnights_with_more_than_that(limit, midnights):
    """Somebody is delayed at midnights 24 to 54; two are at 27 and from 28 to 33."""
    found = counted(f"dtoc_days_over_{limit}_share", effective_city(61), DELAYED_PEOPLE, journeys(ACROSS_THE_MONTH))
    assert found == pytest.approx(midnights / 61)


def test_the_winter_is_from_december_to_march():
    """Days 61 to 181 of a run from 1 October; the midnight at 61.0 closes 30 November."""
    log = journeys(
        [
            (0, "ward_treatment", 20.0, 20.0, 24.0),
            (0, "assessment", 24.0, NAN, 62.0),  # one midnight of winter: 62.0 is outside the stay, 61.0 is November's
            (0, "simple_discharge", 62.0, 62.0, 62.0),
            (1, "ward_treatment", 20.0, 20.0, 60.0),
            (1, "assessment", 60.0, NAN, 72.0),  # midnights 62 to 71
            (1, "simple_discharge", 72.0, 72.0, 72.0),
            (2, "ward_treatment", 20.0, 20.0, 70.0),
            (2, "assessment", 70.0, NAN, 71.0),  # midnight 70
            (2, "simple_discharge", 71.0, 71.0, 71.0),
            (3, "ward_treatment", 20.0, 20.0, 190.0),
            (3, "assessment", 190.0, NAN, 230.0),  # April and after
            (3, "simple_discharge", 230.0, 230.0, 230.0),
        ]
    )
    cohort = people(4)
    year, autumn = effective_city(365), effective_city(61)
    assert counted("dtoc_patients_winter_mean", year, cohort, log) == pytest.approx((10 + 1) / 121)
    assert counted("dtoc_patients_winter_max", year, cohort, log) == 2
    for name in ("dtoc_patients_winter_mean", "dtoc_patients_winter_max"):
        assert np.isnan(counted(name, autumn, cohort, log))


def test_only_days_inside_the_window_are_returned():
    log = journeys(ACROSS_THE_MONTH)
    patients, _ = delayed(log, DELAYED_PEOPLE, window(4, warm_up=27))
    table = dtoc.sitrep(patients, REASONS, window(4, warm_up=27))
    assert set(table.month) == {"2016-10"}
    assert set(table.days_in_month) == {4}  # of the 31 of October: the month is a partial one
    assert table.delayed_days.sum() == 1 + 3 + 4  # midnights 28 to 31
    assert table.snapshot_patients.isna().all()  # the last Thursday is over
    assert np.isnan(counted("dtoc_patients_per_100k", effective_city(4, warm_up=27), DELAYED_PEOPLE, log))


def test_the_monthly_return_and_the_daily_counts_agree(across_the_month):
    patients, _ = across_the_month
    assert dtoc.sitrep(patients, REASONS, window(61)).delayed_days.sum() == patients.sum()
    assert sum(days.sum() for days in dtoc.by_group(patients, REASONS).values()) == patients.sum()


def test_every_delayed_day_is_an_excess_day(across_the_month):
    patients, stays = across_the_month
    # From medically optimised (on admission here) to leaving: midnights 20-33, 20-27, 20-54.
    assert dtoc.excess_days(stays, window(61)) == pytest.approx((14 + 8 + 35) * 365 / 61)
    assert patients.sum() < 14 + 8 + 35


def test_planning_beside_the_treatment_is_no_delay():
    log = journeys(
        [
            (0, "ward_treatment", 1.0, 1.0, 3.0),
            (0, "assessment", 3.0, 3.0, 8.0),
            (0, "simple_discharge", 8.0, 8.0, 8.0),
        ]
    )
    patients, stays = delayed(log, people(1, stay_until_optimised=[4.5]), window(30))  # optimised at 5.5
    assert np.flatnonzero(patients.sum(axis=(0, 1, 2))).tolist() == [5, 6]
    assert dtoc.excess_days(stays, window(30)) == pytest.approx(2 * 365 / 30)


def test_waiting_for_simple_discharge_is_excess_but_not_coded():
    log = journeys(
        [
            (0, "ward_treatment", 1.0, 1.0, 3.0),
            (0, "transport", 3.0, 5.5, 5.6),
            (0, "simple_discharge", 5.6, 5.6, 5.6),
        ]
    )
    patients, stays = delayed(log, people(1, stay_until_optimised=[2.0]), window(30))
    assert patients.sum() == 0
    assert dtoc.excess_days(stays, window(30)) == pytest.approx(3 * 365 / 30)


def test_who_dies_or_gives_up_while_waiting_was_delayed_until_then():
    log = journeys(
        [
            (0, "ward_treatment", 1.0, 1.0, 3.0),
            (0, "reserve_slot", 3.0, NAN, 5.5),  # plan B
            (0, "step_down_stay", 5.5, NAN, 8.25),
            (0, "died", 8.25, 8.25, 8.25),
        ]
    )
    patients, _ = delayed(log, people(1), window(30))
    by_group = dtoc.by_group(patients, REASONS)
    assert by_group["home_support"].sum() == 3  # midnights 3, 4, 5
    assert by_group["bedded"].sum() == 3  # 6, 7, 8


def test_who_is_still_delayed_at_the_end_of_the_run_counts_until_then():
    log = journeys([(0, "ward_treatment", 1.0, 1.0, 3.5), (0, "reserve_slot", 3.5, NAN, NAN)], until=10.0)
    patients, stays = delayed(log, people(1), window(30))
    assert np.flatnonzero(patients.sum(axis=(0, 1, 2))).tolist() == [
        3,
        4,
        5,
        6,
        7,
        8,
    ]  # the run ends before midnight 10
    assert stays.left[0] == 10.0


def test_without_delay_the_shares_are_undefined():
    log = journeys([(0, "travel", 1.0, 1.0, 2.0)])

    def value(name):
        return counted(name, effective_city(30, adults=1000), people(1), log)

    assert value("dtoc_delayed_days") == value("dtoc_patients_mean") == 0
    assert np.isnan(value("dtoc_share_bedded"))
    assert np.isnan(value("excess_days"))
