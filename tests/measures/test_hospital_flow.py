import numpy as np
import pytest
from hand_worked import CITY, NAN, counted, effective_city, journeys, people, read, window

from flowsim.measures import hospital_flow


def test_a_stay_runs_from_the_assessment_unit_to_leaving_the_ward():
    log = journeys(
        [
            (0, "travel", 1.0, 1.0, 1.25),
            (0, "amu_assessment", 1.25, 1.5, 2.0),  # waits outside until 1.5
            (0, "ward_treatment", 2.0, 3.0, 6.0),
            (0, "reserve_slot", 6.0, 7.0, 7.0),
            (0, "reablement_stay", 7.0, 8.0, 20.0),
            (0, "home", 20.0, 20.0, 20.0),
            (2, "travel", 1.0, 1.0, NAN),
        ]
    )
    _, stays = read(log, people(3, stay_until_optimised=[2.5, 1.0, 1.0]))
    assert (stays.first_request[0], stays.entered[0], stays.left[0]) == (1.0, 1.5, 8.0)
    assert (stays.admitted[0], stays.optimised[0], stays.discharged[0]) == (3.0, 5.5, 8.0)
    assert stays.discharged_to.tolist() == [CITY.activity_index("reablement_stay"), -1, -1]
    assert np.isnan(stays.first_request[1]) and np.isnan(stays.entered[1:]).all() and np.isnan(stays.left[1:]).all()


def test_a_vain_wait_does_not_split_a_place_in_two():
    log = journeys(
        [
            (0, "ward_treatment", 2.0, 3.0, 6.0),
            (0, "reserve_slot", 6.0, NAN, 7.0),
            (0, "assessment", 7.0, 7.5, 8.0),
            (0, "simple_discharge", 8.0, 8.0, 8.0),
        ]
    )
    blocks, _ = read(log, people(1))
    assert blocks.entered.tolist() == [3.0, 8.0]
    assert blocks.left.tolist() == [8.0, 8.0]


def test_a_spell_has_one_stay_in_hospital():
    log = journeys(
        [
            (0, "step_down_stay", 1.0, 1.0, 3.0),
            (0, "amu_assessment", 3.0, 4.0, 6.0),
            (0, "step_down_stay", 6.0, 7.0, 8.0),
            (0, "amu_assessment", 8.0, 9.0, NAN),
        ]
    )
    _, stays = read(log, people(1))
    assert (stays.entered[0], stays.left[0], stays.entry_row[0]) == (4.0, 7.0, 1)


def test_length_of_stay_is_of_those_admitted_and_discharged_alive():
    log = journeys(
        [
            (0, "amu_assessment", 1.0, 1.0, 2.0),
            (0, "ward_treatment", 2.0, 2.0, 6.0),
            (0, "simple_discharge", 6.0, 6.0, 6.0),  # five days
            (1, "mau_assessment", 1.0, 1.0, 1.5),
            (1, "same_day_discharge", 1.5, 1.5, 1.5),  # never admitted
            (2, "ward_treatment", 1.0, 1.0, 9.0),
            (2, "died", 9.0, 9.0, 9.0),
            (3, "ward_treatment", 1.0, 1.0, 12.0),
            (3, "simple_discharge", 12.0, 12.0, 12.0),  # eleven days
            (4, "ward_treatment", 1.0, 1.0, 30.0),
            (4, "simple_discharge", 30.0, 30.0, 30.0),  # after the window
        ]
    )
    _, stays = read(log, people(5))
    assert hospital_flow.length_of_stay(stays, window(30)) == 8.0
    assert hospital_flow.length_of_stay(stays, window(30), np.array([False, True, True, True, True])) == 11.0
    assert np.isnan(hospital_flow.length_of_stay(stays, window(30), np.zeros(5, dtype=bool)))


def test_time_in_hospital_is_of_everybody_admitted_whether_they_left_died_or_are_there_still():
    log = journeys(
        [
            (0, "amu_assessment", 1.0, 1.0, 2.0),
            (0, "ward_treatment", 2.0, 2.0, 6.0),
            (0, "simple_discharge", 6.0, 6.0, 6.0),  # five days
            (1, "ward_treatment", 1.0, 1.0, 9.0),
            (1, "died", 9.0, 9.0, 9.0),  # eight days
            (2, "ward_treatment", 1.0, 1.0, NAN),  # there still: 91 days or more
            (3, "ward_treatment", 30.0, 30.0, 31.0),  # admitted after the window
            (3, "simple_discharge", 31.0, 31.0, 31.0),
        ]
    )
    city, cohort = effective_city(30), people(4)
    assert counted("stay_days_mean", city, cohort, log) == pytest.approx((5 + 8 + 91) / 3)
    assert counted("stay_days_p50", city, cohort, log) == 8
    assert counted("stay_days_p90", city, cohort, log) == 91
    assert counted("length_of_stay_mean", city, cohort, log) == 5  # of those who left alive: it says so
    assert np.isnan(counted("stay_days_mean", city, people(0), journeys([])))


def test_stranded_from_the_seventh_day_on():
    log = journeys([(0, "ward_treatment", 1.0, 1.0, 10.5), (0, "simple_discharge", 10.5, 10.5, 10.5)])
    _, stays = read(log, people(1))
    assert hospital_flow.stranded_patients(stays, window(30), 7) == pytest.approx(3 / 30)  # midnights 8, 9, 10
    assert hospital_flow.stranded_patients(stays, window(30), 21) == 0


def test_same_day_discharge_is_a_share_of_assessments_survived():
    log = journeys(
        [
            (0, "mau_assessment", 1.0, 1.0, 1.5),
            (0, "same_day_discharge", 1.5, 1.5, 1.5),
            (1, "mau_assessment", 1.0, 1.0, 1.5),
            (1, "ward_treatment", 1.5, NAN, 2.5),  # boards, and dies boarding: survived the assessment
            (1, "died", 2.5, 2.5, 2.5),
            (2, "mau_assessment", 1.0, 1.0, 1.2),
            (2, "died", 1.2, 1.2, 1.2),  # did not
            (3, "mau_assessment", 29.0, 29.5, 30.0),
            (3, "same_day_discharge", 30.0, 30.0, 30.0),  # after the window
            (4, "mau_assessment", 20.0, 20.0, NAN),
            (5, "mau_assessment", 20.0, NAN, NAN),
            (6, "mau_assessment", 20.0, NAN, 21.0),  # never assessed here
            (6, "amu_assessment", 21.0, 21.0, NAN),
        ]
    )
    assert hospital_flow.same_day_discharge_share(CITY, log, "mau_assessment", window(30)) == 0.5
    assert np.isnan(hospital_flow.same_day_discharge_share(CITY, log, "amu_assessment", window(30)))
    assert np.isnan(hospital_flow.same_day_discharge_share(CITY, log, "no such unit", window(30)))


BOARDING = [
    (0, "amu_assessment", 1.0, 1.0, 2.0),
    (0, "ward_treatment", 2.0, 4.5, NAN),  # 60 hours
    (1, "amu_assessment", 1.0, 1.0, 2.0),
    (1, "ward_treatment", 2.0, 2.0, NAN),  # none
    (2, "ward_treatment", 2.0, 9.0, NAN),  # direct to the ward: waits at home
    (3, "mau_assessment", 3.0, 3.0, 3.5),
    (3, "ward_treatment", 3.5, NAN, 5.5),  # dies in the queue: not met
    (3, "died", 5.5, 5.5, 5.5),
    (4, "mau_assessment", 8.0, 8.0, 8.5),
    (4, "ward_treatment", 8.5, NAN, NAN),
]


def test_boarding_is_the_wait_in_the_assessment_units_whatever_ended_it():
    """Two were met, after 2.5 days together; one died after two days, one waits on for more than 91."""
    log = journeys(BOARDING)
    _, stays = read(log, people(5))
    assert hospital_flow.boarding_hours(log, stays, window(30)) == pytest.approx(24 * (2.5 + 2 + 91) / 4)
    assert np.isnan(hospital_flow.boarding_hours(log, stays, window(30, warm_up=10)))


def test_the_ward_queue_at_midnight_has_all_who_wait_in_the_assessment_units():
    log = journeys(BOARDING, until=10.5)
    _, stays = read(log, people(5))
    queue = hospital_flow.ward_queue(log, stays, window(12))
    assert queue.tolist() == [0, 1, 1, 2, 1, 0, 0, 0, 1, 1, 0, 0]  # midnights 1 to 12


def test_non_elective_admissions_count_the_step_up_that_had_to_go_to_hospital():
    log = journeys(
        [
            (0, "travel", 1.0, 1.0, 1.5),
            (0, "amu_assessment", 1.5, 1.5, 2.0),  # non-elective: from the first request
            (1, "elsewhere", 3.0, 3.0, 3.0),  # maternity: counted, no bed
            (2, "step_down_stay", 4.0, NAN, 6.0),  # step-up that found no bed
            (2, "amu_assessment", 6.0, 7.0, NAN),  # an admission, from 6.0
            (3, "step_down_stay", 4.0, 4.0, 9.0),  # step-up that found one
            (4, "ward_treatment", 5.0, 5.0, 9.0),  # elective
            (6, "amu_assessment", 8.0, 8.0, 9.0),  # counts by itself already: not twice
        ]
    )
    _, stays = read(log, people(7))
    requests = hospital_flow.non_elective_requests(
        log,
        stays,
        non_elective=np.array([True, True, False, False, False, True, True]),
        from_community=np.array([False, False, True, True, False, False, True]),
    )
    assert sorted(requests[~np.isnan(requests)]) == [1.0, 3.0, 6.0, 8.0]
