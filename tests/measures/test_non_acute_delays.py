"""People who wait to move on from an intermediate care bed are delayed transfers too, unless the bed is outside it."""

import numpy as np
import pytest
from hand_worked import CITY, NAN, counted, effective_city, journeys, people

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.measures.all_measures import measure
from flowsim.measures.catalogue import measure_names

BEDS = "services.intermediate_care.intermediate_care_beds"
# A person in hospital for 3 days; then a programmed stay to 20.5, a choice, and a vacancy that comes at 26.25.
WAITS_IN_A_BED = [
    (0, "ward_treatment", 1.0, 1.0, 3.0),
    (0, "assessment", 3.0, 3.0, 4.25),  # midnights 3 and 4, acute, under A
    (0, "step_down_stay", 4.25, 5.5, 20.5),  # midnight 5, acute, under C; the stay itself is no delay
    (0, "family_chooses", 20.5, 20.5, 23.0),  # midnights 21 and 22, under E
    (0, "vacancy_from_step_down", 23.0, 26.25, 26.25),  # midnights 23 to 26, under C
    (0, "enter_nursing_home", 26.25, 26.25, 26.25),
    (1, "step_down_stay", 2.0, 2.0, 10.0),  # a step-up, never in hospital
    (1, "vacancy_from_step_down", 10.0, NAN, 12.5),  # midnights 10 to 12, and died waiting
    (1, "died", 12.5, 12.5, 12.5),
    (2, "reablement_stay", 2.0, 2.0, 10.0),
    (2, "wait_for_homecare", 10.0, 15.0, 15.0),  # at home: no delayed transfer
    (2, "home", 15.0, 15.0, 15.0),
]


@pytest.fixture
def city():
    return effective_city(31)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dtoc_patients_mean", (3 + 6 + 3) / 31),
        ("dtoc_non_acute_patients_mean", (6 + 3) / 31),
        ("dtoc_delayed_days", 12 * 365 / 31),
        ("dtoc_patients_assessment", 2 / 31),
        ("dtoc_patients_step_down_bed", (1 + 4 + 3) / 31),
        ("dtoc_patients_home_package", 2 / 31),
        ("dtoc_patients_reablement_slot", 0),
        ("dtoc_share_bedded", 8 / 12),
        ("excess_days", 5 * 365 / 31),  # acute alone: optimised on admission, midnights 1 to 5
        ("cost_acute_delay", 3 * 365 / 31 * 300),
        ("cost_total", (4.5 * 100 + 3 * (300 - 100)) * 365 / 31),  # an acute delayed day is no day of use on top
    ],
)
def test_a_wait_in_a_bed_of_the_return_is_a_non_acute_delay(city, name, value):
    assert counted(name, city, people(3), journeys(WAITS_IN_A_BED)) == pytest.approx(value)


def test_the_return_tells_acute_from_non_acute(city):
    table = measure(city, CITY, people(3), journeys(WAITS_IN_A_BED)).sitrep
    days = table.groupby(["bed_type", "reason"])["delayed_days"].sum()
    assert days[days > 0].to_dict() == {
        ("acute", "A"): 2,
        ("acute", "C"): 1,
        ("non_acute", "C"): 7,
        ("non_acute", "E"): 2,
    }


def test_a_person_who_is_readmitted_or_still_waits_was_delayed_until_then(city):
    log = journeys(
        [
            (0, "step_down_stay", 2.0, 2.0, 10.0),
            (0, "vacancy_from_step_down", 10.0, NAN, 14.5),  # midnights 10 to 14
            (0, "readmitted", 14.5, 14.5, 14.5),
            (1, "step_down_stay", 2.0, 2.0, 25.5),
            (1, "vacancy_from_step_down", 25.5, NAN, NAN),  # midnights 26 to 31
        ]
    )
    assert counted("dtoc_non_acute_patients_mean", city, people(2), log) == pytest.approx((5 + 6) / 31)


# -- the city ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tight(tmp_path_factory, tiny_text):
    """A tiny city in which people wait for homecare in intermediate care beds."""
    path = tmp_path_factory.mktemp("tight") / "city.yaml"
    path.write_text(tiny_text)
    changes = [
        {"path": "services.homecare.homecare.starts_per_week", "set": 1},
        {"path": f"{BEDS}.step_down_stay_days", "set": {"distribution": "fixed", "value": 4}},
        {"path": f"{BEDS}.beds", "set": 30},
    ]
    return flowsim.load_config(path).with_changes(changes)


def by_bed(run):
    return run.sitrep.groupby("bed_type")["delayed_days"].sum().to_dict()


def test_a_service_in_the_return_adds_its_waits_and_moves_nobody(tight):
    outside = flowsim.simulate(tight)
    inside = flowsim.simulate(tight.with_changes([{"path": f"{BEDS}.in_the_return", "set": True}]))
    assert inside.log.equals(outside.log)
    assert set(by_bed(outside)) == {"acute"} and outside.measures["dtoc_non_acute_patients_mean"] == 0
    assert by_bed(inside)["non_acute"] > 0
    assert by_bed(inside)["acute"] == by_bed(outside)["acute"]
    assert inside.measures["excess_days"] == outside.measures["excess_days"]
    assert inside.measures["cost_total"] == outside.measures["cost_total"]
    waits = inside.sitrep[inside.sitrep["bed_type"] == "non_acute"].groupby("reason")["delayed_days"].sum()
    assert set(waits[waits > 0].index) <= {"D(i)", "D(ii)", "E"}
    assert waits["E"] > 0


def test_beds_are_in_the_return_unless_a_file_says_otherwise(tight):
    beds = tight.services.intermediate_care["intermediate_care_beds"]
    assert not beds.in_the_return  # the shipped city says so
    assert type(beds).model_fields["in_the_return"].default is True


def test_the_daily_series_of_each_code_sum_to_the_delayed(tight):
    run = flowsim.simulate(tight.with_changes([{"path": f"{BEDS}.in_the_return", "set": True}]))
    wide = run.daily.pivot(index="date", columns="measure", values="value")
    codes = [f"delayed_{code}" for code in ("A", "B", "C", "D(i)", "D(ii)", "E", "F", "G", "I")]
    assert np.array_equal(wide[codes].sum(axis=1), wide["delayed"])
    assert run.sitrep["delayed_days"].sum() == wide["delayed"].sum()
    by_reason = [run.measures[f"dtoc_patients_{reason}"] for reason in tight.delay_reasons]
    assert sum(by_reason) == pytest.approx(run.measures["dtoc_patients_mean"])


def test_the_code_of_a_service_s_wait_is_a_setting(tight):
    """CICS is an NHS service: its wait may be further NHS care."""
    path = "services.active_recovery.cics.reason"
    before, after = (
        flowsim.simulate(tight.with_changes([{"path": path, "set": reason}]))
        for reason in ("home_support", "further_nhs_care")
    )
    assert after.log.equals(before.log)
    days = [run.sitrep.groupby("reason")["delayed_days"].sum() for run in (before, after)]
    assert days[1]["C"] - days[0]["C"] == days[0]["E"] - days[1]["E"] > 0
    assert days[0].drop(["C", "E"]).equals(days[1].drop(["C", "E"]))
    assert after.measures["dtoc_patients_further_nhs_care"] > before.measures["dtoc_patients_further_nhs_care"]
    assert after.measures["dtoc_share_bedded"] > before.measures["dtoc_share_bedded"]
    nhs = [run.sitrep[run.sitrep["organisation"] == "nhs"]["delayed_days"].sum() for run in (before, after)]
    assert nhs[1] > nhs[0]


def test_a_reason_may_not_have_the_name_of_another_measure(tmp_path, tiny_text):
    path = tmp_path / "city.yaml"
    path.write_text(
        f"{tiny_text}\ndelay_reasons:\n  winter_mean: {{extends: housing}}\n".replace(
            "{extends: housing}", "{code: H, group: other, attribution: {nhs: 1, social_care: 0, both: 0}}"
        )
    )
    with pytest.raises(
        ConfigError, match=r"delay_reasons\.winter_mean: there is a measure called dtoc_patients_winter"
    ):
        flowsim.load_config(path)
    assert "dtoc_patients_housing" in measure_names(flowsim.load_config("sheffield_2016_17"))
