import warnings

import numpy as np
import pytest
from hand_worked import CITY, NAN, effective_city, journeys, people

from flowsim.measures.all_measures import measure
from flowsim.measures.catalogue import units
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Network, Place, Pool

HAND_WORKED = effective_city(horizon=73)
JOURNEYS = [
    (0, "travel", 1.0, 1.0, 1.25),
    (0, "amu_assessment", 1.25, 1.25, 2.0),
    (0, "ward_treatment", 2.0, 3.0, 6.0),
    (0, "reserve_slot", 6.0, 9.5, 9.5),
    (0, "reablement_stay", 9.5, 9.5, 30.0),
    (0, "home", 30.0, 30.0, 30.0),
    (1, "step_down_stay", 4.0, NAN, 5.0),
    (1, "amu_assessment", 5.0, 5.0, 5.5),
    (1, "same_day_discharge", 5.5, 5.5, 5.5),
]
IN_ORDER = [
    "non_elective_admissions",
    "mau_same_day_discharge_share",
    "amu_same_day_discharge_share",
    "dtoc_delayed_days",
    "dtoc_patients_mean",
    "dtoc_non_acute_patients_mean",
    "dtoc_patients_assessment",
    "dtoc_patients_step_down_bed",
    "dtoc_patients_reablement_slot",
    "dtoc_patients_home_package",
    "dtoc_days_per_100k",
    "dtoc_patients_per_100k",
    "dtoc_share_pathway_allocation",
    "dtoc_share_bedded",
    "dtoc_share_home_support",
    "dtoc_share_other",
    "dtoc_patients_winter_mean",
    "dtoc_patients_winter_max",
    "excess_days",
    "dtoc_lag_patients_mean",
    "dtoc_calendar_patients_mean",
    "dtoc_queue_patients_mean",
    "dtoc_lag_patients_assessment",
    "dtoc_lag_patients_step_down_bed",
    "dtoc_lag_patients_reablement_slot",
    "dtoc_lag_patients_home_package",
    "dtoc_calendar_patients_assessment",
    "dtoc_calendar_patients_step_down_bed",
    "dtoc_calendar_patients_reablement_slot",
    "dtoc_calendar_patients_home_package",
    "dtoc_queue_patients_assessment",
    "dtoc_queue_patients_step_down_bed",
    "dtoc_queue_patients_reablement_slot",
    "dtoc_queue_patients_home_package",
    "length_of_stay_mean",
    "length_of_stay_65plus_mean",
    "stay_days_mean",
    "stay_days_p50",
    "stay_days_p90",
    "stranded_patients_mean",
    "super_stranded_patients_mean",
    "boarding_hours_mean",
    "ward_discharges_saturday",
    "ward_discharges_sunday",
    "ward_discharges_bank_holiday_monday",
    "left_behind_flatness_share",
    "stranded_share",
    "super_stranded_share",
    "nctr_patients_mean",
    "discharge_ready_delay_days_mean",
    "discharge_ready_delay_days_of_delayed_mean",
    "discharge_ready_delay_0_share",
    "discharge_ready_delay_1_share",
    "discharge_ready_delay_2_3_share",
    "discharge_ready_delay_4_6_share",
    "discharge_ready_delay_7_13_share",
    "discharge_ready_delay_14_20_share",
    "discharge_ready_delay_21_or_more_share",
    "decision_support_tools_28_days_share",
    "decision_support_tools_outside_share",
    "at_home_91_days_share",
    "care_home_admissions_65plus",
    "readmission_30_day_share",
    "readmissions_30_days_75plus_share",
    "readmissions_30_days_under_75_share",
    "mau_beds_occupancy_mean",
    "amu_beds_occupancy_mean",
    "ward_beds_occupancy_mean",
    "discharge_team_occupancy_mean",
    "reablement_occupancy_mean",
    "step_down_occupancy_mean",
    "mau_beds_capacity_mean",
    "amu_beds_capacity_mean",
    "ward_beds_capacity_mean",
    "discharge_team_capacity_mean",
    "reablement_capacity_mean",
    "step_down_capacity_mean",
    "nursing_capacity_mean",
    "mau_beds_utilisation",
    "amu_beds_utilisation",
    "ward_beds_utilisation",
    "discharge_team_utilisation",
    "reablement_utilisation",
    "step_down_utilisation",
    "nursing_utilisation",
    "mau_beds_wait_days_mean",
    "amu_beds_wait_days_mean",
    "ward_beds_wait_days_mean",
    "discharge_team_wait_days_mean",
    "reablement_wait_days_mean",
    "step_down_wait_days_mean",
    "nursing_wait_days_mean",
    "mau_beds_wait_days_p50",
    "amu_beds_wait_days_p50",
    "ward_beds_wait_days_p50",
    "discharge_team_wait_days_p50",
    "reablement_wait_days_p50",
    "step_down_wait_days_p50",
    "nursing_wait_days_p50",
    "mau_beds_wait_days_p90",
    "amu_beds_wait_days_p90",
    "ward_beds_wait_days_p90",
    "discharge_team_wait_days_p90",
    "reablement_wait_days_p90",
    "step_down_wait_days_p90",
    "nursing_wait_days_p90",
    "mau_beds_never_served_share",
    "amu_beds_never_served_share",
    "ward_beds_never_served_share",
    "discharge_team_never_served_share",
    "reablement_never_served_share",
    "step_down_never_served_share",
    "nursing_never_served_share",
    "mau_beds_waiting_mean",
    "amu_beds_waiting_mean",
    "ward_beds_waiting_mean",
    "discharge_team_waiting_mean",
    "reablement_waiting_mean",
    "step_down_waiting_mean",
    "nursing_waiting_mean",
    "cost_total",
    "cost_acute_delay",
    "cost_interventions",
    "cost_paid",
    "cost_paid_nhs",
    "cost_paid_social_care",
    "hospital_bed_days",
    "hospital_bed_days_worth",
    "admissions_avoided",
    "day_91_home_share",
    "day_91_hospital_share",
    "day_91_intermediate_care_share",
    "day_91_care_home_share",
    "day_91_dead_share",
]


@pytest.fixture
def measured():
    cohort = people(2, age_band=[2, 0], stream=[0, 1], non_elective=[1, 0], stay_until_optimised=[2.0, 0.0])
    return measure(HAND_WORKED, CITY, cohort, journeys(JOURNEYS))


def test_a_small_run_worked_by_hand(measured):
    expected = {
        "non_elective_admissions": 2 * 5,  # 73 days are a fifth of a year
        "amu_same_day_discharge_share": 0.5,
        "dtoc_delayed_days": 4 * 5,  # midnights 6 to 9
        "dtoc_patients_mean": 4 / 73,
        "dtoc_share_home_support": 1.0,
        "excess_days": 5 * 5,  # medically optimised at 5.0: midnights 5 to 9
        "length_of_stay_mean": 8.25,
        "length_of_stay_65plus_mean": 8.25,
        "stranded_patients_mean": 1 / 73,  # a stay of 7 days on midnight 9, not yet on 8
        "boarding_hours_mean": 24.0,
        "at_home_91_days_share": 1.0,
        "readmission_30_day_share": 0.0,
        "ward_beds_occupancy_mean": 6.5 / 73,
        "ward_beds_capacity_mean": (20 * 10 + 53 * 30) / 73,
        "ward_beds_utilisation": 6.5 / (20 * 10 + 53 * 30),
        "reablement_wait_days_mean": 3.5,
        "cost_acute_delay": 20 * 300,
        "cost_paid": 6.5 * 5 * 100,
        "cost_paid_nhs": 6.5 * 5 * 75,
        "cost_paid_social_care": 6.5 * 5 * 25,
        "cost_total": 6.5 * 5 * 100 + 20 * (300 - 100),  # the 20 delayed days cost 300 each, and not 100 on top
        "hospital_bed_days": (0.75 + 1.0 + 6.5 + 0.5) * 5,  # a day of it is waiting for the ward
        "hospital_bed_days_worth": (0.75 + 1.0 + 6.5 + 0.5) * 5 * 300,
        "day_91_home_share": 1.0,
    }
    assert {name: measured.values[name] for name in expected} == pytest.approx(expected)


def test_the_measures_have_the_agreed_names_in_the_agreed_order(measured):
    assert list(measured.values) == IN_ORDER
    assert all(type(value) is float for value in measured.values.values())


def test_every_measure_has_a_unit(measured):
    found = units(measured.values)
    assert list(found) == list(measured.values)
    assert (found["ward_beds_occupancy_mean"], found["ward_beds_wait_days_mean"]) == ("units", "days")
    assert (found["boarding_hours_mean"], found["cost_total"]) == ("hours", "gbp")
    with pytest.raises(KeyError):
        units(["no_such_measure"])


def test_the_daily_series_have_a_row_for_each_day_of_the_horizon(measured):
    assert list(measured.daily.columns) == ["date", "measure", "value"]
    wide = measured.daily.pivot(index="date", columns="measure", values="value")
    assert (len(wide), str(wide.index[0].date()), str(wide.index[-1].date())) == (73, "2016-10-01", "2016-12-12")
    assert set(wide) == {
        *(f"delayed_{group}" for group in ("pathway_allocation", "bedded", "home_support", "other")),
        *(f"delayed_{code}" for code in ("A", "C", "E")),
        *(f"{pool.name}_occupancy" for pool in CITY.pools if pool.kind == "units"),
        *("delayed", "ward_queue", "non_elective_admissions", "discharges"),
    }
    assert (
        wide.delayed["2016-10-06":"2016-10-09"].tolist() == [0, 1, 1, 1, 1][1:]
    )  # the days that midnights 6 to 9 close
    assert wide.delayed.sum() == 4
    assert wide.ward_beds_occupancy.sum() == 7  # midnights 3 to 9
    assert wide.ward_queue.tolist()[:4] == [0, 1, 0, 0]
    assert wide.non_elective_admissions.tolist()[:6] == [0, 1, 0, 0, 0, 1]
    assert wide.discharges.to_numpy().nonzero()[0].tolist() == [5, 9]


def test_the_return_sums_to_the_delayed_days(measured):
    assert measured.sitrep.delayed_days.sum() * 5 == measured.values["dtoc_delayed_days"]


def test_nobody_at_all_gives_no_number_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure(HAND_WORKED, CITY, people(0), journeys([]))
    assert list(found.values) == IN_ORDER
    assert found.values["non_elective_admissions"] == found.values["dtoc_delayed_days"] == 0
    assert np.isnan(found.values["length_of_stay_mean"]) and np.isnan(found.values["at_home_91_days_share"])


def test_a_network_that_is_no_city_can_be_measured():
    network = Network(
        (Place("desk", "elsewhere"),),
        (Pool("clerks", capacity=((0.0, 1),)),),
        (Activity("serve", "desk", "leave", pool="clerks", duration="minutes"), Activity("leave", "desk", None)),
        ("serve",),
    )
    log = journeys([(0, "serve", 1.0, 2.0, 5.65), (0, "leave", 5.65, 5.65, 5.65)], network=network)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure(HAND_WORKED, network, Cohort.by_hand([1.0]), log)
    assert found.values["clerks_occupancy_mean"] == pytest.approx(0.05)
    assert found.values["clerks_wait_days_mean"] == 1.0
    assert found.values["dtoc_delayed_days"] == 0
    assert np.isnan(found.values["excess_days"])
