"""What the answer of an experiment adds: at what reach, why, people, money, and how sure it is."""

import datetime as dt
from dataclasses import replace

import experiment_fixture as made
import pandas as pd

from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.results_view import View

RUNS = 4


def points(results) -> dict[str, str]:
    return dict(answer(View(results)).points)


def around(mean: float, spread: float = 0.01) -> list[float]:
    return [mean * (1 + spread * step) for step in (-1, 0, 1, 0)]


def of(scenarios, values: dict[str, dict[str, float]], **more):
    """Results of some scenarios with these means, by scenario and measure."""
    rows = [
        (name, run, measure, value)
        for name, by_measure in values.items()
        for measure, mean in by_measure.items()
        for run, value in enumerate(around(mean))
    ]
    table = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    return made.results(scenarios, dict.fromkeys(values, 1.0), values=table, **more)


def stit(delayed: float, full: float, places: float, wait: float) -> dict[str, float]:
    pool = {"utilisation": full, "capacity_mean": places, "wait_days_mean": wait}
    return {"dtoc_patients_mean": delayed} | {f"stit_{name}": value for name, value in pool.items()}


def test_a_full_service_is_why_a_change_does_not_help_alone():
    alone = made.scenario("home_first", name="home", title="Home first")
    room = made.scenario("home_first", "more_active_recovery", name="room", title="Home first with room")
    results = of(
        [made.scenario(), alone, room],
        {
            "baseline": stit(delayed=130, full=0.96, places=94, wait=1),
            "home": stit(delayed=136, full=1.1, places=94, wait=3),
            "room": stit(delayed=110, full=1.0, places=108, wait=2),
        },
    )
    why = points(results)["Why"]
    assert "Full in the baseline (95% or more in use): STIT (Active Recovery) 96%." in why
    assert "Full with this change: STIT (Active Recovery) 100%." in why
    assert (
        "Alone, “Home first” adds 6.0, because Active Recovery is full; with “more Active Recovery” it takes 20 off."
    ) in why


def test_what_people_wait_for_is_told_before_and_after():
    why = points(made.one_at_a_time())["Why"]
    # 130 people, of whom 32, 31, 30 and 7% wait for each group; with all changes but one 0.305 of them.
    assert why.startswith(
        "In the baseline 42 wait for a pathway to be allocated, 40 for support at home, 39 for a bed in the community "
        "and 9 for something else; with this change, 13, 12, 12 and 3."
    )


def test_the_reach_is_told_and_what_half_of_it_gives():
    full, half = made.scenario("home_first", name="full"), made.scenario("home_first", name="half", coverage=0.5)
    values = {"baseline": 130.0, "full": 80.0, "half": 113.0}
    found = {name: {"dtoc_patients_mean": mean} for name, mean in values.items()}
    reach = points(of([made.scenario(), full, half], found))["At what reach"]
    assert reach == ("At full reach (everybody concerned), from the first day. Reaching 50% of them gives 113.")
    del found["half"]
    assert "Half the reach was not tried" in points(of([made.scenario(), full], found))["At what reach"]


def test_a_change_that_grows_says_by_when():
    full = made.scenario("home_first", name="full")
    place = DeployedIntervention(
        intervention=made.interventions()["home_first"], coverage=0.8, from_date=dt.date(2016, 11, 1), ramp_days=61
    )
    grows = replace(full, config=full.config.model_copy(update={"interventions": {"home_first": place}}))
    results = of([made.scenario(), grows], {n: {"dtoc_patients_mean": m} for n, m in (("baseline", 130), ("full", 90))})
    assert points(results)["At what reach"] == (
        "Reaching 80% of those concerned, beginning on 1 November 2016 and complete by 1 January 2017."
    )


def test_fewer_beds_that_keep_people_out_are_no_gain():
    fewer = {"dtoc_patients_mean": 90, "ward_beds_capacity_mean": 605, "boarding_hours_mean": 30}
    base = {"dtoc_patients_mean": 130, "ward_beds_capacity_mean": 665, "boarding_hours_mean": 3}
    found = answer(
        View(of([made.scenario(), made.scenario("home_first", name="home")], {"baseline": base, "home": fewer}))
    )
    assert found.sentences[0] == (
        "But this keeps people out of hospital beds rather than moving them on: there are 60 fewer ward beds, and "
        "people in MAU or AMU wait 27.0 hours longer for a ward bed. Fewer delays of this kind are no gain."
    )


def test_money_is_told_in_its_three_figures():
    base = {
        "dtoc_patients_mean": 130, "cost_paid": 100e6, "cost_paid_nhs": 60e6, "cost_paid_social_care": 40e6,
        "hospital_bed_days": 300_000, "hospital_bed_days_worth": 100e6,
    }  # fmt: skip
    more = {
        "dtoc_patients_mean": 90, "cost_paid": 104e6, "cost_paid_nhs": 63e6, "cost_paid_social_care": 41e6,
        "hospital_bed_days": 270_000, "hospital_bed_days_worth": 90e6,
    }  # fmt: skip
    results = of([made.scenario(), made.scenario("home_first", name="home")], {"baseline": base, "home": more})
    assert points(results)["Money"].startswith(
        "To pay: £4.0 million more a year (NHS £3.0 million more, social care £1.0 million more). It frees 30,000 "
        "hospital bed days a year, worth £10.0 million only if beds close."
    )


def test_a_change_without_a_cost_is_named():
    free = made.sized("free", 136, 94)
    free = replace(free, config=free.config.with_changes([{"path": "ward.beds", "add": 0}]))
    results = of([made.scenario(), free], {n: {"dtoc_patients_mean": m} for n, m in (("baseline", 130), ("free", 90))})
    view = View(results)
    view.__dict__["uncosted"] = {"free": ["Saturday work (no cost is given)"]}
    text = dict(answer(view).points)["Money"]
    assert text == "Not priced: “Saturday work (no cost is given)”, so the true cost is higher."


def test_the_winter_peak_stands_next_to_the_mean():
    values = {
        "baseline": {"dtoc_patients_mean": 130, "dtoc_patients_winter_max": 177},
        "home": {"dtoc_patients_mean": 60, "dtoc_patients_winter_max": 91},
    }
    results = of([made.scenario(), made.scenario("home_first", name="home")], values)
    assert "At the winter peak 91 people are delayed instead of 177." in points(results)["People"]


def test_how_much_is_assumed_is_told():
    sure = points(made.one_at_a_time())["How sure"]
    assert "What all 7 changes do is partly assumed. Only one version of the city was tried." in sure


def test_in_how_many_versions_of_the_city_the_answer_holds():
    results = made.one_at_a_time()
    ensemble = made.ensemble("a", "b", "c", "d", "e")
    sure = points(replace(results, experiment=replace(results.experiment, ensemble=ensemble)))["How sure"]
    assert "It helps in 5 of 5 versions of the city that all match the published figures, and is best in" in sure


def test_scenarios_that_count_other_days_are_told():
    short = made.scenario("home_first", name="home")
    run = {"run": short.config.run.model_copy(update={"horizon_days": 306})}
    short = replace(short, config=short.config.model_copy(update=run))
    results = of([made.scenario(), short], {n: {"dtoc_patients_mean": m} for n, m in (("baseline", 130), ("home", 90))})
    assert points(results)["How sure"].startswith("Careful: scenarios count different days (")
    assert "306 days; the baseline 365), so they are hard to compare." in points(results)["How sure"]


def test_a_service_that_bears_the_name_of_its_kind_is_named_once():
    path = "services.homecare.homecare.starts_per_week"
    assert View(made.one_at_a_time()).factor_title(path) == "Homecare: starts per week"
