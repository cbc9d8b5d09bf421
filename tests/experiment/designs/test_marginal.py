"""What one more is worth: which scenarios are made, and what the table says of them."""

import math

import numpy as np
import pandas as pd
import pytest
from asking import NOTHING, put_question

from flowsim.config.errors import ConfigError
from flowsim.experiment.analysis.ratio import ratio_of_means
from flowsim.experiment.analysis.worth import (
    KNEE_BEYOND,
    KNEE_NOW,
    LESS,
    PAYS,
    SAVES,
    SMALL,
    UNPRICED,
    Try,
    worth_table,
)
from flowsim.experiment.analysis.worth import NOTHING as SAVES_NOTHING
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.one_more import Enlargeable, Step, enlargeable
from flowsim.run.load_city import load_config
from flowsim.workflow.ask import ask

CITY_MEASURES = ("dtoc_delayed_days", "dtoc_patients_mean", "cost_paid", "hospital_bed_days_worth")


def question(tiny_city, more=""):
    return load_experiment(put_question(tiny_city, f"replications: 2\ndesign: {{kind: marginal{more}}}\n"))


def steps_of(tiny_city, name, **changes):
    city = load_config(tiny_city).with_changes([{"path": p.replace("__", "."), **c} for p, c in changes.items()])
    return next(its for its in enlargeable(city) if its.name == name)


def test_everything_that_a_city_has_is_made_larger_one_at_a_time(tiny_city):
    experiment = question(tiny_city, ", knee: false")
    scenarios = experiment.wanted(NOTHING)
    named = {next(iter(s.levels)) for s in scenarios[1:]}
    assert {pool.name for pool in experiment.base.pools} <= named
    assert {f"calendars.{name}" for name in experiment.base.calendars} <= named
    assert all(len(s.levels) == 1 for s in scenarios[1:])


def test_a_step_acts_on_top_of_what_changes_on_dates(tiny_city):
    beds = "ward.beds"
    dated = {"path": beds, "set": 20, "from_date": "2015-01-01"}
    city = load_config(tiny_city).with_changes([dated])
    ward = next(its for its in enlargeable(city) if its.name == "ward_beds")
    more = city.with_changes([dict(change) for change in next(s for s in ward.steps if s.step == "+1").changes])
    from flowsim.model.effective_city import effective_city

    units = [effective_city(c).units_by_day(next(p for p in c.pools if p.name == "ward_beds")) for c in (city, more)]
    assert set(units[1] - units[0]) == {1}


def test_a_tenth_of_a_small_service_is_left_out_and_said(tiny_city):
    few = steps_of(tiny_city, "ward_beds", ward__beds={"set": 8})
    assert [s.step for s in few.steps] == ["+1", "+25%", "+50%"]
    assert few.without == {"+10%": "10% of it is less than 2 units", "-10%": "10% of it is less than 2 units"}


def test_hours_that_end_at_midnight_begin_earlier_and_open_all_day_is_left_out(tiny_city):
    late = steps_of(tiny_city, "calendars.transport", calendars__transport__to_hour={"set": 24})
    hour = next(s for s in late.steps if s.step == "+1 hour a day")
    assert {"path": "calendars.transport.from_hour", "add": -1} in hour.changes
    always = steps_of(
        tiny_city,
        "calendars.transport",
        calendars__transport__to_hour={"set": 24},
        calendars__transport__from_hour={"set": 0},
    )
    assert always.without["+1 hour a day"] == "it is open round the clock"


def test_names_that_a_city_does_not_have_are_all_reported(tiny_city):
    with pytest.raises(ConfigError) as error:
        question(tiny_city, ", of: [ward_bed, calendars.mdt, ward_beds, ward_beds]")
    text = str(error.value)
    assert "did you mean ward_beds?" in text
    assert "calendars.mdt" in text
    assert "ward_beds is named twice" in text


def test_it_can_begin_where_something_is_in_place(tiny_city):
    at = "at: {name: start, interventions: [more_beds], changes: [{path: discharge_planning.team.staff, add: 3}]}"
    found = {s.name: s for s in question(tiny_city, f", of: [ward_beds], knee: false, {at}").wanted(NOTHING)}
    assert list(found)[:3] == ["baseline", "start", "ward_beds+1"]
    assert found["ward_beds+1"].intervention_names == ("more_beds",)
    assert (
        found["ward_beds+1"].config.discharge_planning.team.staff == found["start"].config.discharge_planning.team.staff
    )


def test_a_service_with_ample_room_saves_exactly_nothing(tiny_city):
    city = load_config(tiny_city).with_changes([{"path": "front_door.mau.beds", "set": 900}])
    more = {"mau_beds+1": {"changes": [{"path": "front_door.mau.beds", "add": 1}]}}
    values = ask(city, more, replications=3, measures=CITY_MEASURES).replications
    mau = Enlargeable("mau_beds", "MAU beds", "bed", (Step("+1", ({"path": "front_door.mau.beds", "add": 1},)),),
                      pool=next(p for p in city.pools if p.name == "mau_beds"))  # fmt: skip
    row = worth_table(values, "baseline", [Try(mau, {"+1": "mau_beds+1"})]).iloc[0]
    assert (row.delayed_days_saved, row.ci_low, row.ci_high) == (0.0, 0.0, 0.0)
    assert row.verdict == SAVES_NOTHING
    assert row.units_added == 1


def world(saved, cost, noise=1.0, unpriced=()):
    """What a table says of a service whose steps save and cost what is given, over eight paired replications."""
    rng = np.random.default_rng(3)
    common, steps = 1000 + 300 * rng.standard_normal(8), list(saved)
    rows = []
    for name, less in {"baseline": 0.0, **saved}.items():
        own = {
            "dtoc_delayed_days": common - less + noise * rng.standard_normal(8),
            "cost_paid": np.full(8, 1e6 + cost.get(name, 0.0)),
            "x_capacity_mean": np.full(8, 100 * (1 + (0 if name == "baseline" else float(name[:-1]) / 100))),
        }
        rows += [(name, r, measure, v) for measure, values in own.items() for r, v in enumerate(values)]
    pool = type("Pool", (), {"name": "x", "kind": "units", "price": None})()
    of = Enlargeable("x", "X", "bed", tuple(Step(step, ()) for step in steps), pool=pool)
    values = pd.DataFrame(rows, columns=NOTHING.columns)
    return worth_table(values, "baseline", [Try(of, {s: s for s in steps}, unpriced)]).set_index("step")


def test_the_knee_is_where_a_further_unit_saves_less_than_half():
    costs = {"+10%": 10.0}
    assert world({"+10%": 100, "+25%": 250, "+50%": 500, "-10%": -100}, costs).knee.iloc[0] == KNEE_BEYOND
    assert world({"+10%": 100, "+25%": 130, "+50%": 131, "-10%": -100}, costs).knee.iloc[0] == "between +10% and +25%"
    assert world({"+10%": 100, "+25%": 240, "+50%": 260, "-10%": -100}, costs).knee.iloc[0] == "between +25% and +50%"
    assert world({"+10%": 30, "+25%": 40, "+50%": 50, "-10%": -300}, costs).knee.iloc[0] == KNEE_NOW


def test_pounds_for_a_day_are_the_ratio_of_both_means_with_an_interval():
    row = world({"+10%": 100}, {"+10%": 20_000.0}).loc["+10%"]
    assert row.verdict == SAVES
    assert row.gbp_per_delayed_day == pytest.approx(20_000 / row.delayed_days_saved)
    assert row.gbp_per_day_ci_low < 200 < row.gbp_per_day_ci_high
    assert row.units_added == pytest.approx(10)


def test_what_cannot_be_told_has_no_price_for_a_day():
    unclear = world({"+10%": 0.1}, {"+10%": 20_000.0}).loc["+10%"]
    assert unclear.verdict == SMALL
    assert math.isnan(unclear.gbp_per_delayed_day)
    assert world({"+10%": 100}, {"+10%": -5.0}).loc["+10%"].verdict == PAYS
    unpriced = world({"+10%": 100}, {}, unpriced=["X (there is no price for it)"]).loc["+10%"]
    assert unpriced.verdict == UNPRICED
    assert math.isnan(unpriced.gbp_per_delayed_day)
    assert "no price" in unpriced.not_priced


def test_fewer_beds_that_keep_people_out_are_no_saving():
    found = world({"+10%": 100, "-10%": 300}, {"+10%": 10.0, "-10%": -10.0})
    assert found.loc["-10%"].verdict == LESS
    assert found.rank_days.notna().sum() == 1


def test_fieller_covers_the_true_ratio_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(1000):
        under = 5 + rng.standard_normal(10)
        over = 3 * under + rng.standard_normal(10)
        found = ratio_of_means(over, under)
        hits += found.low <= 3 <= found.high
    assert 930 <= hits <= 970


def test_there_is_no_interval_of_a_ratio_to_what_may_be_nothing():
    found = ratio_of_means(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.5, 1.0]))
    assert math.isnan(found.low)
