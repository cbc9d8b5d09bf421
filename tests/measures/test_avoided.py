import datetime as dt

import numpy as np
import pytest
from hand_worked import CITY, SATURDAY_1_OCTOBER, journeys, people

from flowsim.config.changes import changed
from flowsim.measures.avoided import admissions_avoided
from flowsim.measures.provided_cost import intervention_payments
from flowsim.measures.stays import Stays
from flowsim.measures.window import Window
from flowsim.model.effective_city import effective_city
from flowsim.run.load_city import load_config

WINDOW = Window(SATURDAY_1_OCTOBER, 10, 20)


def test_admissions_are_counted_by_service_when_they_would_have_come():
    journey = [
        (0, "elsewhere", 12.0, 12.0, 12.0),  # asks in the window: service 2
        (1, "elsewhere", 9.0, 9.0, 9.0),  # before it
    ]
    for spell in (2, 3, 4):  # leave hospital on day 9; would be back 5, 30 and 5 days later
        journey += [(spell, "amu_assessment", 8.0, 8.0, 9.0), (spell, "same_day_discharge", 9.0, 9.0, 9.0)]
    died_before = [np.inf, np.inf, np.inf, np.inf, 3.0]
    cohort = people(
        5,
        avoided=[2, 2, 0, 0, 0],
        avoided_return=[0, 0, 1, 1, 1],
        readmission_gap=[0.0, 0.0, 5.0, 30.0, 5.0],
        **{CITY.death.after: died_before},
    )
    log = journeys(journey)
    stays = Stays.from_log(CITY, cohort, log)
    assert admissions_avoided(CITY, cohort, stays, WINDOW, schemes=3).tolist() == [1, 1, 0]


def test_a_year_costs_by_mean_coverage_and_what_is_paid_once_counts_in_full(tiny_city):
    intervention = {
        "title": "T",
        "what": "w",
        "mechanism": "m",
        "changes": [{"path": "ward.beds", "add": 1}],
        "cost": {"source": "assumption", "per_year_gbp": 1000, "one_off_gbp": 70},
        "evidence": [{"says": "nothing", "source": "assumption"}],
    }
    city = load_config(tiny_city)
    assert city.run.start_date == SATURDAY_1_OCTOBER

    def cost(first_day, last_day=9999):
        dates = {"from_date": first_day, "to_date": last_day}
        dates = {name: SATURDAY_1_OCTOBER + dt.timedelta(days=day) for name, day in dates.items()}
        deployed = {"intervention": intervention, "coverage": 0.8, **dates}
        in_place = effective_city(changed(city, {"interventions": {"more_beds": deployed}}))
        return sum(payment.gbp for payment in intervention_payments(in_place, WINDOW))

    assert cost(20) == pytest.approx(1000 * 0.8 * 10 / 20 + 70)
    assert cost(20, last_day=24) == pytest.approx(1000 * 0.8 * 5 / 20 + 70)
    assert cost(31) == 0.0
    assert cost(9000) == cost(-20, last_day=-1) == 0.0  # outside the run
