"""People who are present at the start: how many, where, and for how long they stay on."""

import numpy as np
import pytest
from paths import CONFIGS
from pydantic import TypeAdapter
from scipy import integrate, stats

import flowsim
from flowsim.config.changes import changed
from flowsim.config.types import Distribution
from flowsim.model.residual import mean, remaining

EXAMPLE = CONFIGS / "examples" / "step_down_only.yaml"
KINDS = {
    "fixed": ({"value": 3.0}, None),
    "exponential": ({"mean": 3.0}, stats.expon(scale=3.0)),
    "lognormal": ({"mean": 3.0, "sd": 4.0}, None),
    "gamma": ({"mean": 3.0, "sd": 1.5}, stats.gamma(4.0, scale=0.75)),
    "weibull": ({"scale": 3.0, "shape": 0.7}, stats.weibull_min(0.7, scale=3.0)),
    "empirical": ({"values": [1.0, 4.0], "weights": [3.0, 1.0]}, None),
}


def distribution(kind):
    return TypeAdapter(Distribution).validate_python({"distribution": kind, **KINDS[kind][0]})


def grid(n=1500):
    """Uniforms for the length of the stay and for the moment in it, all pairs of a fine grid."""
    u = (np.arange(n) + 0.5) / n
    return np.repeat(u, 200), np.tile((np.arange(200) + 0.5) / 200, n)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_remaining_stay_is_that_of_renewal_theory(kind):
    """E[remaining] = E[stay ** 2] / (2 E[stay]); the grid cuts the tail of the heaviest by some per cent."""
    d = distribution(kind)
    second = {
        "fixed": 9.0,
        "exponential": 18.0,
        "lognormal": 25.0,
        "gamma": 9.0 + 2.25,
        "weibull": stats.weibull_min(0.7, scale=3.0).moment(2),
        "empirical": (3 * 1.0 + 16.0) / 4,
    }[kind]
    assert np.mean(remaining(d, *grid())) == pytest.approx(second / (2 * mean(d)), rel=0.02)


@pytest.mark.parametrize("kind", ["exponential", "gamma", "weibull"])
def test_the_remaining_stay_has_the_equilibrium_distribution(kind):
    """P(remaining <= t) is the integral of the survival function up to t over the mean."""
    d, known = distribution(kind), KINDS[kind][1]
    values = remaining(d, *grid())
    for t in (0.5, 2.0, 6.0):
        expected = integrate.quad(known.sf, 0, t)[0] / known.mean()
        assert np.mean(values <= t) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_the_example_begins_with_the_people_who_are_there(engine):
    config = flowsim.load_config(EXAMPLE)
    run = flowsim.simulate(config, engine=engine)
    names = [a.name for a in run.network.activities]
    for pool, people in config.initial_state.in_service.items():
        rows = run.log.activity == names.index(f"{pool}_since_before")
        assert np.count_nonzero(rows) == people
        assert np.all(run.log.started[rows] == 0.0)
    for pool, people in config.initial_state.waiting.items():
        assert np.count_nonzero(run.log.activity == names.index(f"waiting_for_{pool}_since_before")) == people
    # Whoever waits is delayed from the first midnight on.
    first_midnight = run.daily[(run.daily["measure"] == "delayed")]["value"].iloc[0]
    assert first_midnight >= sum(config.initial_state.waiting.values()) * 0.5


def test_the_example_is_the_same_in_both_engines():
    config = flowsim.load_config(EXAMPLE)
    assert flowsim.simulate(config, engine="simpy").log.equals(flowsim.simulate(config, engine="compiled").log)


def test_people_present_change_nobody_who_comes_later():
    config = flowsim.load_config(EXAMPLE)
    more = changed(config, {"initial_state.in_service.stit": 26})
    before, after = flowsim.simulate(config).cohort, flowsim.simulate(more).cohort
    later = np.flatnonzero(before.arrival > 0)
    assert np.array_equal(before.arrival[later], after.arrival[later])
    assert np.array_equal(before.columns["active_recovery_stay"][later], after.columns["active_recovery_stay"][later])


def test_more_people_at_the_start_only_adds_people():
    config = flowsim.load_config(EXAMPLE)
    cohorts = [
        flowsim.simulate(changed(config, {"initial_state.in_service": {"stit": n}, "initial_state.waiting": {}})).cohort
        for n in (5, 9)
    ]
    stays = [c.columns["active_recovery_stay"][c.in_service] for c in cohorts]
    assert np.array_equal(stays[0], stays[1][:5])


def test_those_who_wait_for_the_team_at_the_start_have_a_route_that_it_plans(tiny_city):
    state = {"people_like": "emergency_department", "in_service": {"ward_beds": 30}, "waiting": {"discharge_team": 400}}
    config = changed(flowsim.load_config(tiny_city), {"initial_state": state, "run.warm_up_days": 0})
    run = flowsim.simulate(config)
    names = [a.name for a in run.network.activities]
    waiting = run.log.spell[run.log.activity == names.index("waiting_for_discharge_team_since_before")]
    routes = np.bincount(run.cohort.columns["route"][waiting], minlength=4) / waiting.size
    assert routes[0] == 0.0
    # Older people with a high need take the harder routes: as often as these come, in proportion.
    own = (run.cohort.in_service == 0) & (run.cohort.columns["entry"] == 1)
    coming = np.bincount(run.cohort.columns["route"][own], minlength=4)[1:]
    assert routes[1:] == pytest.approx(coming / coming.sum(), abs=0.12)
    assert run.log.equals(flowsim.simulate(config, engine="simpy").log)


def test_those_present_at_the_start_are_no_admissions_of_the_run(tiny_city):
    state = {"people_like": "emergency_department", "in_service": {"ward_beds": 300}, "waiting": {}}
    config = changed(flowsim.load_config(tiny_city), {"run.warm_up_days": 0})
    without = flowsim.simulate(config)
    run = flowsim.simulate(changed(config, {"initial_state": state}))

    def first_day(of):
        return of.daily[of.daily["measure"] == "non_elective_admissions"]["value"].iloc[0]

    assert first_day(run) == first_day(without)
