"""Today's definitions, worked by hand: criteria to reside, and days from the discharge ready date to leaving."""

import numpy as np
import pytest
from hand_worked import counted, effective_city, journeys, people


def left(*stays):
    """Each is (entered, medically optimised, left)."""
    rows = []
    for spell, (entered, _, gone) in enumerate(stays):
        rows += [(spell, "ward_treatment", entered, entered, gone), (spell, "simple_discharge", gone, gone, gone)]
    optimised = [ready - entered for entered, ready, _ in stays]
    return people(len(stays), stay_until_optimised=optimised), journeys(rows)


# By date: 0, 0, 1, 3, 6, 13, 20 and 21 days; the last one came and left on one day.
STAYS = (
    *((0.5, 2.25, 2.75), (0.5, 3.1, 3.9), (0.5, 3.99, 4.01), (1.0, 4.5, 7.0), (1.0, 3.5, 9.0), (1.0, 2.0, 15.9)),
    *((1.0, 3.0, 23.5), (1.0, 3.0, 24.5), (5.2, 5.5, 5.9)),
)
BANDS = {"0": 2, "1": 1, "2_3": 1, "4_6": 1, "7_13": 1, "14_20": 1, "21_or_more": 1}


@pytest.mark.parametrize(("band", "people_in_it"), BANDS.items())
def test_the_bands_of_the_discharge_ready_date(band, people_in_it):
    found = counted(f"discharge_ready_delay_{band}_share", effective_city(30), *left(*STAYS))
    assert found == pytest.approx(people_in_it / 8)


def test_mean_days_with_and_without_those_who_left_on_the_day():
    city, total = effective_city(30), 1 + 3 + 6 + 13 + 20 + 21
    assert counted("discharge_ready_delay_days_mean", city, *left(*STAYS)) == pytest.approx(total / 8)
    assert counted("discharge_ready_delay_days_of_delayed_mean", city, *left(*STAYS)) == pytest.approx(total / 6)
    assert np.isnan(counted("discharge_ready_delay_days_of_delayed_mean", city, *left(STAYS[0])))


def test_who_was_kept_overnight_in_an_assessment_unit_is_ready_on_leaving_and_the_dead_do_not_count():
    log = journeys(
        [
            (0, "amu_assessment", 1.5, 1.5, 2.5),
            (0, "same_day_discharge", 2.5, 2.5, 2.5),
            (1, "ward_treatment", 1.0, 1.0, 9.0),
            (1, "died", 9.0, 9.0, 9.0),
        ]
    )
    assert counted("discharge_ready_delay_0_share", effective_city(30), people(2), log) == 1
    assert np.isnan(counted("discharge_ready_delay_0_share", effective_city(30), people(2), journeys([])))


def test_no_longer_meeting_the_criteria_is_left_behind_and_discharged_that_day():
    """Left behind at midnights 5 to 7, and at none; each leaves once."""
    cohort, log = left((1.0, 4.5, 7.5), (1.0, 3.25, 3.75))
    assert counted("nctr_patients_mean", effective_city(30), cohort, log) == pytest.approx((3 + 2) / 30)
