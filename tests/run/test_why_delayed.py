"""Why the people of a small city are delayed: the parts add up, and with enough of everything nobody queues."""

import pytest
from reading import check, first_layer, text_of, words

import flowsim
from flowsim.report.city.city_report import report_html
from flowsim.run.city_results import CityResults, gather
from flowsim.run.packing import unpacked
from flowsim.run.tasks import perform, tasks_of
from flowsim.run.why_delayed import ALL

CHANGES = [
    {"path": "services.homecare.homecare.starts_per_week", "set": 1},
    {"path": "services.intermediate_care.intermediate_care_beds.in_the_return", "set": True},
    {"path": "services.intermediate_care.intermediate_care_beds.beds", "set": 4},
]


def results(city) -> CityResults:
    return gather(city, [unpacked(perform(task)) for task in tasks_of(city, "compiled", range(2))])


@pytest.fixture(scope="module")
def city(tiny_text, tmp_path_factory):
    path = tmp_path_factory.mktemp("why") / "city.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return flowsim.load_config(path)


@pytest.fixture(scope="module")
def ample(city) -> CityResults:
    return results(city)


@pytest.fixture(scope="module")
def tight(city) -> CityResults:
    return results(city.with_changes(CHANGES))


def people(results) -> dict:
    return results.why.why.set_index(["reason", "part"])["people"].to_dict()


def test_lag_calendar_and_queue_add_up_to_the_delay_of_each_reason(tight):
    mean, parts = tight.summary.set_index("measure")["mean"], people(tight)
    for reason in (ALL, *tight.config.delay_reasons):
        delayed = mean[f"dtoc_patients_{'mean' if reason == ALL else reason}"]
        assert sum(parts[reason, part] for part in ("lag", "calendar", "queue")) == pytest.approx(delayed, rel=1e-12)


def test_with_enough_of_everything_nobody_queues_and_the_rest_of_the_delay_is_the_same(ample, tight):
    enough, short = people(ample), people(tight)
    assert enough[ALL, "queue"] < 0.05 < 3 < short[ALL, "queue"]
    without_queues = enough[ALL, "lag"] + enough[ALL, "calendar"]
    assert short[ALL, "lag"] + short[ALL, "calendar"] == pytest.approx(without_queues, rel=0.2)


def test_the_beds_bind_and_homecare_bears_the_wait_for_those_that_it_blocks(tight):
    blocking, binding = (getattr(tight.why, name) for name in ("blocking", "binding"))
    queue = people(tight)[ALL, "queue"]
    assert list(binding["service"][:2]) == ["intermediate_care_beds", "homecare"]
    assert binding["people_waiting"].sum() == pytest.approx(queue)
    assert (binding["people_itself"] + binding["people_through_blocking"]).sum() == pytest.approx(queue)
    assert binding["share"].sum() == pytest.approx(1)
    handed_on = binding["people_waiting"][0] - binding["people_itself"][0]
    assert 0.3 < handed_on == pytest.approx(binding["people_through_blocking"][1])
    in_beds = blocking[(blocking["held"] == "intermediate_care_beds") & (blocking["awaited"] == "homecare")]
    assert 0.5 < in_beds["people"].item() < 2
    assert (blocking["delayed_people"] <= blocking["people"]).all()


def test_the_report_says_what_holds_people_back_and_stays_short(tight):
    page = report_html(tight.config, tight.summary, tight.daily, tight.sitrep, {}, None, tight.why)
    first, found = first_layer(page), people(tight)
    text = text_of(first, "style|title|svg")
    assert words(text) < 600
    assert (
        f"The other {found[ALL, 'queue']:.1f} queue." in text or f"The other {found[ALL, 'queue']:.0f} queue." in text
    )
    assert "The longest queue is for Intermediate care beds (" in text
    assert "behind people who do)" in text
    assert any("queue" in shows for shows in check(page).pictures)
    assert "Who queues for what while holding what" in page


def test_a_city_without_queues_names_no_service(ample):
    page = text_of(report_html(ample.config, ample.summary, ample.daily, ample.sitrep, {}, None, ample.why))
    assert "The longest queue is for" not in page
    assert "would be delayed with endless capacity" in page
