"""A change of stays that reaches those who are there: beds empty at once, and not only as newcomers leave."""

import numpy as np
import pytest

import flowsim
from flowsim.config.errors import ConfigError
from flowsim.measures.stays import Stays

DAY = 28  # of the run: 29 October
DATED = {"from_date": "2016-10-29"}


@pytest.fixture(scope="module")
def city(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("stays") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return flowsim.load_config(path)


def ends_of_those_there(run, activity):
    """Return when the stays end in which people are on the day, by spell."""
    log, its = run.log, run.network.activity_index(activity)
    rows = (log.activity == its) & (log.started < DAY) & (log.ended > DAY)
    return dict(zip(log.spell[rows].tolist(), log.ended[rows].tolist(), strict=True))


@pytest.mark.parametrize(
    ("group", "activity"),
    [
        ("ward", "ward_treatment"),
        ("services.active_recovery.stit", "stit_at_home"),
        ("services.intermediate_care.intermediate_care_beds", "intermediate_care_beds_step_down"),
    ],
)
def test_half_of_what_is_left_empties_beds_at_once(city, group, activity):
    """Who would have been there for eight days more leaves after four; who dies or comes back before, as before."""
    shorter = city.with_changes([{"path": f"{group}.stay_factor", "set": 0.5, **DATED}])
    before, after = (ends_of_those_there(flowsim.simulate(its), activity) for its in (city, shorter))
    assert before.keys() == after.keys()
    assert len(before) >= 3
    halved = [after[spell] == pytest.approx(DAY + (end - DAY) / 2, abs=1e-5) for spell, end in before.items()]
    as_before = [after[spell] == end for spell, end in before.items()]
    assert all(np.logical_or(halved, as_before))
    assert sum(halved) > 0.6 * len(before)


def test_before_its_date_a_run_is_the_same_to_the_last_bit(city):
    before = flowsim.simulate(city)
    after = flowsim.simulate(city.with_changes([{"path": "ward.stay_factor", "scale": 0.8, "ramp_days": 10, **DATED}]))
    for name in ("requested", "started", "ended"):
        was, now = (np.sort(getattr(run.log, name)) for run in (before, after))
        assert np.array_equal(was[was < DAY], now[now < DAY])
    assert not after.log.equals(before.log)


def test_medically_optimised_is_the_end_of_treatment_at_any_pace(city):
    run = flowsim.simulate(city.with_changes([{"path": "ward.stay_factor", "set": 0.5, **DATED}]))
    stays = Stays.from_log(run.network, run.cohort, run.log)
    rows = run.log.activity == run.network.activity_index("ward_treatment")
    alive = np.isin(run.log.spell, run.log.spell[run.log.activity == run.network.activity_index("simple_decision")])
    rows &= alive & ~np.isnan(run.log.ended)
    assert rows.sum() > 100
    assert np.array_equal(stays.optimised[run.log.spell[rows]], run.log.ended[rows])


def test_a_ramp_is_a_pace_in_daily_steps(city):
    path = "services.active_recovery.stit.stay_factor"
    changed = city.with_changes([{"path": path, "set": 0.5, "ramp_days": 2, **DATED}])
    run = flowsim.simulate(changed)
    assert run.network.paces["stit"].steps == ((0.0, 1.0), (DAY + 1.0, 1 / 0.75), (DAY + 2.0, 2.0))


def test_booked_visits_and_a_change_of_stays_do_not_go_together(city):
    visits = [
        {"path": "services.active_recovery.stit.caseload", "set": None},
        {"path": "services.active_recovery.stit.visits", "set": {"per_day": 100, "first": 3, "last": 1}},
    ]
    with_visits = city.with_changes(visits)
    with pytest.raises(ConfigError, match="stay_factor must be 1 where people book visits"):
        with_visits.with_changes([{"path": "services.active_recovery.stit.stay_factor", "set": 0.5, **DATED}])
    with pytest.raises(ConfigError, match="must be more than 0"):
        city.with_changes([{"path": "ward.stay_factor", "add": -1, **DATED}])


def test_both_engines_keep_the_pace(city):
    changes = [{"path": "ward.stay_factor", "scale": 0.7, "ramp_days": 7, **DATED}]
    changes += [{"path": "discharge_planning.early_planning.coverage", "set": 0.5}]
    one, other = (flowsim.simulate(city.with_changes(changes), engine=engine) for engine in ("simpy", "compiled"))
    assert one.log.equals(other.log)
