"""The recipes of docs/howto.md on dates do what their titles say: worked out by hand, on a tenth of Sheffield."""

import numpy as np
import pytest
import yaml
from from_config import cohort_of, network_of
from pages import files_of
from paths import ROOT

import flowsim
from flowsim.config.changes import changed
from flowsim.experiment.load_experiment import experiment_from
from flowsim.model.effective_city import effective_city
from flowsim.run.simulate import simulate

FILES = files_of(ROOT / "docs" / "howto.md")
QUESTION = yaml.safe_load(FILES["experiments/dates.yaml"])
SHEFFIELD = ROOT / "configs" / "sheffield_2016_17.yaml"

# Day 0 is 1 September 2016, so that 1 October is day 30, 1 November 61, 1 December 91, 1 January 122, 1 February 153.
NOV_7, NOV_21, JAN_1, FEB_1, JAN_9, JAN_14, OCT_1, CHRISTMAS = 67, 81, 122, 153, 130, 135, 30, 115
RUN = {"run.start_date": "2016-09-01", "run.warm_up_days": 30, "run.horizon_days": 212}


@pytest.fixture(scope="module")
def base(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("recipes") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return changed(flowsim.load_config(path), RUN)


@pytest.fixture(scope="module")
def scenario(base):
    """Return the city of a scenario of the page, on the small city."""
    spec = {**QUESTION, "base": SHEFFIELD.name, "replications": 1}
    plan = experiment_from(spec, SHEFFIELD.parent, city=base).plan
    return {its.name: its.config for its in plan.scenarios}.__getitem__


def capacity(city, pool):
    return next(p.capacity for p in network_of(city).pools if p.name == pool)


def started(run, name):
    """When an activity started."""
    rows = run.log.activity == run.network.activity_index(name)
    times = run.log.started[rows]
    return times[~np.isnan(times)]


def test_a_winter_ward_is_there_from_december_to_march(scenario):
    """31 + 31 + 28 + 31 days with 24 more beds, of the 212 that count: 13.7 on average."""
    city = scenario("winter_ward")
    assert capacity(city, "ward_beds") == ((0, 665), (91, 689), (212, 665))
    assert simulate(city).measures["ward_beds_capacity_mean"] == pytest.approx(665 + 24 * 121 / 212)


def test_nobody_starts_in_a_service_that_is_closed_for_two_weeks(base, scenario):
    city = scenario("closure")
    assert capacity(city, "cics") == ((0, 68), (NOV_7, 0), (NOV_21, 68))
    open_, closed = (started(simulate(its), "cics_slot") for its in (base, city))
    shut = [(times >= NOV_7) & (times < NOV_21) for times in (open_, closed)]
    assert shut[0].sum() >= 3 and shut[1].sum() == 0
    assert np.array_equal(open_[open_ < NOV_7], closed[closed < NOV_7])
    assert (closed >= NOV_21).any()


def test_in_a_strike_nobody_is_assessed_from_monday_to_friday(base, scenario):
    usual, strike = (started(simulate(its), "assessment_1") for its in (base, scenario("strike")))
    week = [(times >= JAN_9) & (times < JAN_14) for times in (usual, strike)]
    assert week[0].sum() >= 3 and week[1].sum() == 0
    assert ((strike >= JAN_14) & (strike < JAN_14 + 7)).sum() > week[0].sum()  # they are seen in the week after
    assert np.array_equal(usual[usual < JAN_9], strike[strike < JAN_9])


def test_flu_brings_15_percent_more_in_january_who_stay_a_tenth_longer(base, scenario):
    busy = [{"path": "streams.emergency_department.spells_per_day", "set": 60}]
    usual, flu = cohort_of(base.with_changes(busy)), cohort_of(changed(scenario("flu"), {busy[0]["path"]: 60}))
    ed = list(base.streams).index("emergency_department")
    came = [np.sort(c.arrival[(c.columns["stream"] == ed) & ~np.isnan(c.arrival)]) for c in (usual, flu)]
    january = [np.count_nonzero((times >= JAN_1) & (times < FEB_1)) for times in came]
    added = np.setdiff1d(came[1], came[0])
    assert added.min() >= JAN_1 and added.max() < FEB_1
    # Of 60 a day in 31 days, 15% are 279, with a standard error of 17.
    assert january[1] - january[0] == added.size == pytest.approx(0.15 * january[0], abs=4 * 17)
    n = len(usual)
    asked, stays = usual.arrival, [c.columns["stay_until_optimised"][:n] for c in (usual, flu)]
    ward = (stays[0] > 0) & ~np.isnan(asked)
    in_january = ward & (asked >= JAN_1) & (asked < FEB_1)
    # Time is on a grid of 2^-20 days. Those whom a GP refers just before a midnight arrive after it.
    longer = stays[1] / np.where(ward, stays[0], 1)
    assert np.mean(np.isclose(longer[in_january], 1.1, atol=1e-4)) > 0.98
    assert np.array_equal(stays[0][ward & (asked < JAN_1)], stays[1][ward & (asked < JAN_1)])
    assert np.array_equal(stays[0][ward & (asked >= FEB_1 + 1)], stays[1][ward & (asked >= FEB_1 + 1)])


def test_a_pilot_reaches_half_until_it_ends(scenario):
    ((_, share),) = effective_city(scenario("pilot")).coverages(
        np.array([OCT_1 - 1, OCT_1, CHRISTMAS - 0.5, CHRISTMAS])
    )
    assert share.tolist() == [0, 0.5, 0.5, 0]


def test_packages_are_handed_back_over_four_weeks(base, scenario):
    """From 72 a week on 1 November (day 61), by 20 / 28 a day, to 62 after two weeks and 52 after four."""
    city = scenario("packages_handed_back")
    by_day = effective_city(city).starts_per_week(next(p for p in city.pools if p.name == "homecare"))
    assert by_day[[0, 60, 61]].tolist() == [72, 72, 72]
    assert by_day[[75, 89, 200]] == pytest.approx([62, 52, 52])
    before, after = (cohort_of(its).vacancies["homecare"] for its in (base, city))
    assert np.array_equal(before[before < 61], after[after < 61])
    late = [np.count_nonzero(times >= 89) for times in (before, after)]
    assert late[1] / late[0] == pytest.approx(52 / 72, abs=0.05)


def test_the_history_of_the_page_takes_its_beds_over_june(tmp_path):
    path = tmp_path / "my_history.yaml"
    text = FILES["configs/my_history.yaml"].replace("sheffield_2016_17.yaml", SHEFFIELD.as_posix())
    path.write_text(text, encoding="utf-8")
    with_it, without = (dict(capacity(flowsim.load_config(its), "intermediate_care_beds")) for its in (path, SHEFFIELD))
    june, july = 458, 488  # days from 1 March 2015
    before = [{at: beds for at, beds in its.items() if at < june} for its in (with_it, without)]
    assert before[0] == before[1]
    assert not [at for at in without if june <= at <= july]
    steps = {at: beds - before[0][max(before[0])] for at, beds in with_it.items() if june <= at <= july}
    assert min(steps) == june + 2  # 8 / 30 a day: the first half of a bed is gone after two days
    assert min(at for at, beds in steps.items() if beds == -8) == june + 29  # 7.7 of 8


def test_a_lounge_frees_beds_and_changes_nobodys_delay_before_its_place_is_taken(base):
    """The recipe that has no dates: with few vehicles, people wait in the lounge and not in their beds."""
    spec = {**yaml.safe_load(FILES["experiments/lounge.yaml"]), "base": SHEFFIELD.name, "replications": 1}
    few = changed(base, {"services.transport.vehicles": 1})
    (scenario,) = [
        its for its in experiment_from(spec, SHEFFIELD.parent, city=few).plan.scenarios if its.name == "lounge"
    ]
    without, with_it = simulate(few).measures, simulate(scenario.config).measures
    assert with_it["discharge_lounge_capacity_mean"] == 20
    freed = without["ward_beds_occupancy_mean"] - with_it["ward_beds_occupancy_mean"]
    assert freed > 0.5 * with_it["discharge_lounge_occupancy_mean"] > 0
