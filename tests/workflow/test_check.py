"""What is known of a file before it is run, as data: loads, dated changes, what may not be meant, how long it takes."""

import datetime as dt

import pytest
from asking import put_question

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.workflow.check import CheckedCity, CheckedExperiment, check

STEPS = "design: {kind: best_next, of: [more_beds, early_planning, larger_team], measure: dtoc_patients_mean}\n"
FULL = "run: {warm_up_days: 200}\n"


def of_city(tiny_city, text, run=FULL):
    """The check of the tiny city, filled beforehand, with more settings."""
    path = tiny_city.with_name("variant.yaml")
    path.write_text(f"extends: {tiny_city.name}\n{run}{text}", encoding="utf-8")
    return check(path)


def of_scenarios(tiny_city, scenarios, more=""):
    changes = "changes: [{path: run.warm_up_days, set: 200}]\n"
    return check(put_question(tiny_city, f"{changes}replications: 1\nscenarios:\n{scenarios}\n{more}"))


def about(found, *words):
    """The one warning that has all of these words."""
    (warning,) = (text for text in found.warnings if all(word in text for word in words))
    return warning


def test_of_a_city_it_is_what_is_asked_of_each_pool(tiny_city):
    found = check(tiny_city)
    assert isinstance(found, CheckedCity)
    assert found.name == "Tiny city"
    assert {"ward_beds", "discharge_team", "homecare"} <= {load.pool for load in found.loads}
    assert found.changes == []


def test_of_an_experiment_it_is_what_it_would_run(tiny_question):
    found = check(tiny_question(3))
    assert isinstance(found, CheckedExperiment)
    assert found.name == "Beds and demand"
    assert found.scenarios == ("baseline", "fewer_beds", "fewer_people", "no_team")
    assert (found.scenarios_at_most, found.replications_at_least, found.replications_at_most) == (4, 3, 3)
    assert found.estimate.runs == 12
    assert found.changes == {}


def test_of_a_stepwise_design_and_a_precision_it_is_the_most_that_there_can_be(tiny_city):
    precision = "replications: {measure: dtoc_patients_mean, half_width: 1, at_least: 12, at_most: 15}\n"
    found = check(put_question(tiny_city, STEPS + precision))
    assert found.scenarios == ("baseline", "more_beds", "early_planning", "larger_team")
    assert (found.scenarios_at_most, found.replications_at_least, found.replications_at_most) == (7, 12, 15)
    assert found.estimate.runs == (7 + 4) * 15  # the baseline and three steps again


def test_what_is_not_sound_is_refused(tiny_city):
    tiny_city.write_text(tiny_city.read_text() + "ward: {beds: 0}\n")
    with pytest.raises(ConfigError, match=r"ward\.beds: 0 is not allowed"):
        check(tiny_city)


# -- How long it takes ---------------------------------------------------------------------------------------------


def test_runs_that_are_done_are_not_counted_again(tiny_question, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tiny_question(2)
    before = check(file).estimate
    assert (before.runs, before.done) == (8, 0)
    flowsim.run_experiment(file, workers=1, report=False)
    after = check(tiny_question(3)).estimate
    assert (after.runs, after.done) == (12, 8)
    assert after.seconds < 12 * after.run_seconds + 3


def test_scenarios_with_one_configuration_share_their_runs(tiny_city):
    same = "  - {name: a, changes: [{path: ward.beds, add: 1}]}\n  - {name: b, changes: [{path: ward.beds, set: 666}]}"
    assert of_scenarios(tiny_city, same).estimate.runs == 2


def test_a_small_city_is_estimated_by_its_own_speed(tiny_question):
    """A run of the tiny city takes some hundredths of a second, whatever a year of Sheffield takes."""
    found = check(tiny_question(40)).estimate
    assert 0.001 < found.run_seconds < 1
    left = found.runs - found.done
    assert found.seconds == pytest.approx(left * found.run_seconds / found.cores, abs=2.1)


# -- What is asked for at the worst time ---------------------------------------------------------------------------


def test_a_closed_service_is_named_with_its_dates(tiny_city):
    text = (
        "changes: [{path: services.active_recovery.stit.caseload, set: 0, from_date: 2017-05-01, to_date: 2017-05-14}]"
    )
    found = of_city(tiny_city, text)
    load = next(load for load in found.loads if load.pool == "stit")
    assert (load.capacity, load.first, load.last) == (0, dt.date(2017, 5, 1), dt.date(2017, 5, 14))
    assert load.remark == "WARNING: closed"
    assert "is closed from 1 May 2017 to 14 May 2017" in about(found, "stit")


def test_a_time_of_high_demand_is_the_one_that_is_shown(tiny_city):
    path = "streams.emergency_department.spells_per_day"
    text = f"changes: [{{path: {path}, scale: 6, from_date: 2017-05-01, to_date: 2017-05-20}}]\n"
    usual, found = of_city(tiny_city, ""), of_city(tiny_city, text + "front_door: {amu: {beds: 12}}\n")
    (before,), (load,) = ([row for row in its.loads if row.pool == "amu_beds"] for its in (usual, found))
    assert (load.first, load.last) == (dt.date(2017, 5, 1), dt.date(2017, 5, 20))
    assert load.offered == pytest.approx(6 * before.offered, rel=0.3)
    assert "a queue grows" in about(found, "amu_beds")
    assert usual.warnings == []


def test_a_queue_with_a_way_out_is_not_said_to_grow(tiny_city):
    few = "services: {homecare: {homecare: {starts_per_week: 0.5, surge: null%s}}}\n"
    gives_up = ", gives_up: {after_days: {distribution: exponential, mean: 30}, instead: {family_copes: 1}}"
    without, with_one = (of_city(tiny_city, few % text) for text in ("", gives_up))
    assert about(without, "homecare").endswith(": a queue grows.")
    assert not [text for text in with_one.warnings if text.startswith("homecare")]
    (notice,) = (text for text in with_one.notices if text.startswith("homecare"))
    assert notice.endswith(": people leave the queue another way.")
    loads = [next(load for load in found.loads if load.pool == "homecare") for found in (without, with_one)]
    assert loads[0].offered == loads[1].offered
    assert [load.has_way_out for load in loads] == [False, True]


def test_a_load_at_the_start_is_that_of_a_city_that_is_full(tiny_city):
    """The tiny city without a warm-up, four weeks long: its wards would be half empty all the time."""
    short = of_city(tiny_city, "", run="run: {warm_up_days: 0, horizon_days: 28}\n")
    long = of_city(tiny_city, "")
    ward = [next(row.offered for row in found.loads if row.pool == "ward_beds") for found in (short, long)]
    assert ward[0] == pytest.approx(ward[1], rel=0.25)


def test_scenarios_that_are_overloaded_or_closed_are_named_and_others_are_not(tiny_city):
    found = of_scenarios(
        tiny_city,
        "  - {name: few, changes: [{path: ward.beds, set: 5}, {path: ward.surge, set: null}]}\n"
        "  - {name: shut, changes: [{path: services.transport.vehicles, set: 0, to_date: 2017-04-30}]}\n"
        "  - {name: more, changes: [{path: ward.beds, add: 5}]}",
    )
    assert about(found, "ward_beds").startswith("few: ward_beds is asked for ")
    assert about(found, "transport").startswith("shut: transport is closed from ")
    assert not [text for text in found.warnings if text.startswith(("more", "baseline"))]


def test_what_is_overloaded_in_the_baseline_is_said_once(tiny_city):
    few = "  - {name: a, changes: [{path: front_door.mau.beds, add: 1}]}\n  - {name: b, interventions: [larger_team]}"
    question = put_question(tiny_city, f"scenarios:\n{few}\n")
    tiny_city.write_text(tiny_city.read_text() + "ward: {beds: 5, surge: null}\n")
    assert about(check(question), "ward_beds").startswith("ward_beds is asked for ")


# -- What changes when ---------------------------------------------------------------------------------------------


def test_it_says_what_changes_when_and_in_which_scenarios(tiny_city):
    winter = "{path: ward.beds, add: 4, from_date: 2017-05-01, to_date: 2017-05-31}"
    found = of_scenarios(
        tiny_city,
        f"  - {{name: a, changes: [{winter}]}}\n  - {{name: b, changes: [{winter}]}}\n"
        "  - {name: c, interventions: [{name: larger_team, from_date: 2017-05-03, ramp_days: 7}]}",
    )
    rows = {(row.what, row.path, str(row.from_date), row.ramp_days): names for row, names in found.changes.items()}
    assert rows == {
        ("", "ward.beds", "2017-05-01", 0): ["a", "b"],
        ("A larger team", "discharge_planning.team.staff", "2017-05-03", 7): ["c"],
    }


# -- What may not be meant -----------------------------------------------------------------------------------------


def test_a_run_that_starts_empty_and_counts_too_soon_is_named(tiny_city):
    text = about(check(tiny_city), "starts with nobody there")
    assert "counts from day 15" in text and "Set run.warm_up_days to" in text
    state = "initial_state: {people_like: direct, in_service: {ward_beds: 30}}\n"
    assert not of_city(tiny_city, state, run="").warnings
    assert not of_city(tiny_city, "").warnings


def test_a_change_outside_the_run_is_named(tiny_city):
    """The run goes from 1 October 2016 on; 42 days count, from 19 April 2017."""
    never = of_scenarios(tiny_city, "  - {name: one, changes: [{path: ward.beds, add: 1, from_date: 2027-05-01}]}")
    assert "ward.beds +1 changes nothing: it holds from 1 May 2027" in about(never, "the run goes from 1 October 2016")
    early = of_city(tiny_city, "changes: [{path: ward.beds, add: 1, to_date: 2017-03-31}]\n")
    assert "until 31 March 2017" in about(early, "outside the days that are counted")


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("{path: ward.beds, add: 4, from_date: 2017-05-10}", "both act from 10 May 2017 to 31 May 2017"),
        ("{path: ward.beds, set: 40}", "ward.beds = 40 holds throughout, so that beds_closed"),
    ],
)
def test_two_changes_that_meet_are_named(tiny_city, scenario, words):
    longer = tiny_city.read_text().replace("warm_up_days: 14", "warm_up_days: 200")
    tiny_city.write_text(
        longer + "history: {beds_closed: {source: board paper, from_date: 2017-05-01, "
        "to_date: 2017-05-31, changes: [{path: ward.beds, add: -3}]}}\n"
    )
    found = of_scenarios(tiny_city, f"  - {{name: one, changes: [{scenario}]}}")
    assert about(found, words).startswith("one: ")


def test_changes_one_after_the_other_do_not_meet(tiny_city):
    one = "{path: ward.beds, add: 1, from_date: 2017-05-01, to_date: 2017-05-14}"
    other = "{path: ward.beds, add: 2, from_date: 2017-05-15}"
    assert not of_city(tiny_city, f"changes: [{one}, {other}]\n").warnings


def test_a_history_that_sets_a_value_anew_is_no_meeting_but_one_that_adds_to_it_is(tiny_city):
    def of_history(later):
        first = "{source: board paper, from_date: 2017-05-01, changes: [{path: ward.beds, set: 30}]}"
        return of_city(tiny_city, f"history: {{one: {first}, two: {{source: board paper, changes: [{later}]}}}}\n")

    assert not of_history("{path: ward.beds, set: 33, from_date: 2017-05-10}").warnings
    about(of_history("{path: ward.beds, add: 3, from_date: 2017-05-10}"), "both act")
    about(of_history("{path: ward.beds, set: 33, from_date: 2017-04-20}"), "both act")
    more_at_first = "{path: ward.beds, add: 3, from_date: 2017-05-10, to_date: 2017-05-20}"
    assert not of_history("{path: ward.beds, set: 33, from_date: 2017-05-10}, " + more_at_first).warnings


@pytest.mark.parametrize("dates", ["", ", from_date: 2017-05-10"])
def test_what_is_tried_on_top_of_what_lasts_needs_no_sentence(tiny_city, dates):
    closed = "{source: board paper, from_date: 2017-05-01, changes: [{path: ward.beds, add: -3}]}"
    tiny_city.write_text(
        tiny_city.read_text().replace("warm_up_days: 14", "warm_up_days: 200") + f"history: {{closed: {closed}}}\n"
    )
    found = of_scenarios(tiny_city, f"  - {{name: one, changes: [{{path: ward.beds, add: 4{dates}}}]}}")
    assert "both act" not in " ".join(found.warnings)


PROFILE = "streams.emergency_department.months"
JANUARY = "[1.15, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"


@pytest.mark.parametrize("dates", ["", ", from_date: 2017-05-01, to_date: 2017-05-31"])
def test_a_month_weight_is_said_not_to_be_a_rate(tiny_city, dates):
    found = of_scenarios(tiny_city, f"  - {{name: flu, changes: [{{path: {PROFILE}, set: {JANUARY}{dates}}}]}}")
    text = about(found, PROFILE)
    assert "only the proportions of a profile count" in text
    assert "{path: streams.emergency_department.spells_per_day, scale: 1.15, from_date: 2017-" in text


def test_a_month_weight_that_a_city_writes_over_is_said_too(tiny_city):
    found = of_city(tiny_city, f"streams: {{emergency_department: {{months: {JANUARY}}}}}\n")
    assert "only the proportions" in about(found, PROFILE)


def test_a_number_that_the_history_sets_anew_is_named_and_one_that_it_does_not_is_not(tiny_city):
    """A year extends a history: another size, written as it stands there, would change nothing."""
    history = "history: {fewer: {source: board paper, changes: [{path: ward.beds, set: 30, from_date: 2016-11-01}]}}\n"
    tiny_city.write_text(tiny_city.read_text() + history)
    text = about(of_city(tiny_city, "ward: {beds: 70}\n"), "ward.beds: the history sets it anew")
    assert "from 1 November 2016 (fewer)" in text and "write changes: [{path: ward.beds, add: 10}]" in text
    assert not of_city(tiny_city, "changes: [{path: discharge_planning.team.staff, add: 10}]\n").warnings
    assert not [w for w in of_city(tiny_city, "front_door: {amu: {beds: 70}}\n").warnings if "anew" in w]
