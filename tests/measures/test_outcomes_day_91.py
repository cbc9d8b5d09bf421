import numpy as np
import pytest
from hand_worked import CITY, NAN, journeys, people, read, window

from flowsim.measures import outcomes
from flowsim.measures.outcomes import OUTCOMES


def into_reablement(spell, discharged=10.0, *then):
    """A spell that goes home into reablement at a time, and on from there."""
    return [
        (spell, "ward_treatment", 1.0, 1.0, discharged),
        (spell, "reablement_stay", discharged, discharged, then[0][2] if then else NAN),
        *then,
    ]


def shares(log, cohort, days=None, months=range(1, 13), aged=None):
    blocks, stays = read(log, cohort)
    aged = np.ones(len(cohort), dtype=bool) if aged is None else np.array(aged)
    return outcomes.day_91_shares(CITY, cohort, blocks, stays, days or window(60), months, aged)


def only(rows, cohort=None):
    """Where the one person of a log is on day 91 (101.0)."""
    found = shares(journeys(rows), cohort or people(1))
    assert sum(found.values()) == pytest.approx(1)
    return next(name for name, share in found.items() if share == 1)


def test_still_in_reablement_is_home():
    assert only(into_reablement(0)) == "home"


def test_gone_home_for_good_is_home():
    assert only(into_reablement(0, 10.0, (0, "home", 40.0, 40.0, 40.0))) == "home"


def test_moved_to_a_care_home_on_the_day_is_in_a_care_home():
    assert only(into_reablement(0, 10.0, (0, "enter_nursing_home", 40.0, 101.0, 101.0))) == "care_home"


def test_waiting_for_the_care_home_is_still_at_home():
    assert only(into_reablement(0, 10.0, (0, "enter_nursing_home", 40.0, 101.5, 101.5))) == "home"


def test_in_a_step_down_bed_is_intermediate_care():
    assert only([(0, "ward_treatment", 1.0, 1.0, 9.0), (0, "step_down_stay", 9.0, 10.0, NAN)]) == "intermediate_care"


def test_died_in_reablement_is_dead():
    assert only(into_reablement(0, 10.0, (0, "died", 101.0, 101.0, 101.0))) == "dead"
    assert only(into_reablement(0, 10.0, (0, "died", 101.1, 101.1, 101.1))) == "home"


@pytest.mark.parametrize(("death_after", "outcome"), [(99.0, "dead"), (100.0, "dead"), (100.1, "home")])
def test_death_can_come_after_the_spell_has_left_the_network(death_after, outcome):
    # First request at 1.0: day 91 is 100 days after it.
    rows = into_reablement(0, 10.0, (0, "home", 40.0, 40.0, 40.0))
    assert only(rows, people(1, death_after=[death_after])) == outcome


def readmitted(at, *then):
    return [*into_reablement(0, 10.0, (0, "readmitted", at, at, at)), *then]


def test_readmitted_on_day_90_and_still_in_hospital_is_in_hospital():
    rows = readmitted(100.0, (1, "amu_assessment", 100.0, 100.0, NAN))
    assert only(rows, people(2, child={0: 1})) == "hospital"


def test_readmitted_on_day_90_and_waiting_for_a_bed_is_in_hospital():
    rows = readmitted(100.0, (1, "amu_assessment", 100.0, NAN, NAN))
    assert only(rows, people(2, child={0: 1})) == "hospital"


def test_a_readmission_on_day_91_itself_has_begun():
    rows = into_reablement(0, 10.0, (0, "home", 40.0, 40.0, 40.0))
    assert only([*rows, (1, "amu_assessment", 101.0, NAN, NAN)], people(2, child={0: 1})) == "hospital"


def test_readmitted_on_day_92_was_at_home_on_day_91():
    rows = readmitted(102.0, (1, "amu_assessment", 102.0, 102.0, NAN))
    assert only(rows, people(2, child={0: 1})) == "home"


def test_readmitted_and_home_again_is_home():
    rows = readmitted(
        50.0, (1, "mau_assessment", 50.0, 50.0, 51.0), (1, "same_day_discharge", 51.0, 51.0, 51.0)
    )  # fmt: skip
    assert only(rows, people(2, child={0: 1})) == "home"


def test_a_readmission_of_the_readmission_counts():
    rows = readmitted(
        50.0,
        (1, "mau_assessment", 50.0, 50.0, 51.0),
        (1, "same_day_discharge", 51.0, 51.0, 51.0),
        (2, "amu_assessment", 90.0, 90.0, 95.0),
        (2, "died", 95.0, 95.0, 95.0),
    )
    assert only(rows, people(3, child={0: 1, 1: 2})) == "dead"


def test_a_readmission_that_began_overrides_the_death_drawn_for_the_spell_before():
    rows = readmitted(50.0, (1, "amu_assessment", 50.0, 50.0, NAN))
    assert only(rows, people(2, child={0: 1}, death_after=[60.0, np.inf])) == "hospital"


def test_the_table_has_the_share_of_each_outcome_and_sums_to_one():
    rows = [
        *into_reablement(0),
        *into_reablement(1, 10.0, (1, "enter_nursing_home", 40.0, 40.0, 40.0)),
        *into_reablement(2, 10.0, (2, "died", 40.0, 40.0, 40.0)),
        *into_reablement(3, 10.0, (3, "home", 40.0, 40.0, 40.0)),
    ]
    found = shares(journeys(rows), people(4))
    assert tuple(found) == OUTCOMES
    assert found == {"home": 0.5, "hospital": 0, "intermediate_care": 0, "care_home": 0.25, "dead": 0.25}


def test_only_discharges_into_reablement_of_people_65_and_over_in_the_months_count():
    rows = [
        *into_reablement(0, 30.5),  # 31 October
        *into_reablement(1, 31.0, (1, "died", 40.0, 40.0, 40.0)),  # 1 November
        *into_reablement(2, 20.0, (2, "died", 40.0, 40.0, 40.0)),  # under 65
        (3, "ward_treatment", 1.0, 1.0, 20.0),
        (3, "simple_discharge", 20.0, 20.0, 20.0),  # not into reablement
    ]
    old = [True, True, False, True]
    assert shares(journeys(rows), people(4), months=[10], aged=old)["home"] == 1
    assert shares(journeys(rows), people(4), months=[11], aged=old)["dead"] == 1
    assert shares(journeys(rows), people(4), months=[10, 11], aged=old)["dead"] == 0.5
    assert np.isnan(shares(journeys(rows), people(4), months=[12], aged=old)["home"])
    assert np.isnan(shares(journeys(rows), people(4), days=window(20), aged=old)["home"])


def test_who_steps_down_first_and_then_has_reablement_at_home_is_discharged_once():
    rows = [
        (0, "ward_treatment", 1.0, 1.0, 9.0),
        (0, "step_down_stay", 9.0, 10.0, 50.0),
        (0, "reablement_stay", 50.0, 50.0, 120.0),
        (0, "enter_nursing_home", 120.0, 120.0, 120.0),
    ]
    assert only(rows) == "home"


@pytest.mark.parametrize(("gap", "counts"), [(29.9, 1), (30.0, 1), (30.1, 0)])
def test_readmission_within_thirty_days(gap, counts):
    rows = [
        (0, "ward_treatment", 1.0, 1.0, 10.0),
        (0, "simple_discharge", 10.0, 10.0, 10.0),
        (1, "amu_assessment", 10.0 + gap, 10.0 + gap, NAN),
        (2, "ward_treatment", 1.0, 1.0, 10.0),
        (2, "simple_discharge", 10.0, 10.0, 10.0),  # its reserved child never comes
        (4, "ward_treatment", 1.0, 1.0, 10.0),
        (4, "died", 10.0, 10.0, 10.0),  # not discharged alive
    ]
    cohort = people(5, child={0: 1, 2: 3})
    _, stays = read(journeys(rows), cohort)
    assert outcomes.readmission_share(cohort, stays, window(60)) == counts / 2
    assert np.isnan(outcomes.readmission_share(cohort, stays, window(9)))


def test_care_home_admissions_are_starts_of_those_counted():
    rows = [
        (0, "enter_nursing_home", 1.0, 4.0, 4.0),
        (1, "enter_nursing_home", 1.0, 5.0, 5.0),  # not counted: pays for themselves, or under 65
        (2, "enter_nursing_home", 1.0, NAN, NAN),
        (3, "enter_nursing_home", 1.0, 30.0, 30.0),  # after the window
    ]
    counted = np.array([True, False, True, True])
    assert outcomes.care_home_admissions(CITY, journeys(rows), window(30), counted) == pytest.approx(365 / 30)
