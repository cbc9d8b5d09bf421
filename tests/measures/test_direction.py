"""Which way is better, of every measure that there is."""

import pytest

from flowsim.measures.all_measures import units
from flowsim.measures.direction import direction

BETTER = {
    **dict.fromkeys(["at_home_91_days_share", "day_91_home_share", "admissions_avoided"], 1),
    **dict.fromkeys(["mau_same_day_discharge_share", "amu_same_day_discharge_share"], 1),
    **dict.fromkeys(["dtoc_share_bedded", "dtoc_share_other", "ward_beds_occupancy_mean", "stit_occupancy_mean"], 0),
    **dict.fromkeys(["dtoc_delayed_days", "excess_days", "stranded_patients_mean", "boarding_hours_mean"], -1),
    **dict.fromkeys(["care_home_admissions_65plus", "readmission_30_day_share", "day_91_dead_share"], -1),
    **dict.fromkeys(["non_elective_admissions", "ward_beds_wait_days_mean", "cost_total", "length_of_stay_mean"], -1),
}


@pytest.mark.parametrize(("measure", "better"), BETTER.items())
def test_people_want_more_or_less_of_a_measure_or_neither(measure, better):
    assert units([measure])  # there is such a measure
    assert direction(measure) == better
