"""The public functions of flowsim."""

import subprocess
import sys

import pytest

import flowsim
from flowsim.engine.standstill import Standstill
from flowsim.run.simulate import ENGINES


def test_a_run_has_all_that_is_promised(tiny_city):
    city = flowsim.load_config(tiny_city)
    run = flowsim.simulate(city)
    assert run.config == city
    assert set(city.targets) <= set(run.measures)
    assert all(isinstance(value, float) for value in run.measures.values())
    assert list(run.daily.columns) == ["date", "measure", "value"]
    assert run.daily["date"].nunique() == city.run.horizon_days
    assert list(run.sitrep.columns) == [
        "month",
        "bed_type",
        "reason",
        "organisation",
        "delayed_days",
        "snapshot_patients",
        "days_in_month",
    ]
    assert len(run.log) > len(run.cohort) / 2
    assert run.log.activity.max() < len(run.network.activities)


def test_a_seed_may_be_given(tiny_city):
    city = flowsim.load_config(tiny_city)
    run = flowsim.simulate(city, seed=11)
    assert run.config.run.seed == 11
    assert run.log.equals(flowsim.simulate(run.config).log)
    with pytest.raises(flowsim.ConfigError, match=r"run\.seed: -1 is not allowed: must be 0 or more"):
        flowsim.simulate(city, seed=-1)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_says_the_same(tiny_city, engine):
    city = flowsim.load_config(tiny_city)
    assert flowsim.simulate(city, engine=engine).log.equals(flowsim.simulate(city, engine="simpy").log)


def test_an_engine_that_does_not_exist_is_refused(tiny_city):
    with pytest.raises(flowsim.ConfigError, match=r"engine: 'steam' is not allowed: must be one of .*simpy"):
        flowsim.simulate(flowsim.load_config(tiny_city), engine="steam")


def test_a_target_must_be_of_a_measure(tiny_city):
    text = tiny_city.read_text() + (
        "targets:\n"
        "  dtoc_delayed_dais: {value: 1, source: x}\n"
        "  ward_beds_occupancy_mean: {value: 1, source: x}\n"
        "  homecare_occupancy_mean: {value: 1, source: x}\n"
        "  homecare_wait_days_mean: {value: 1, source: x}\n"
    )
    tiny_city.write_text(text)
    with pytest.raises(flowsim.ConfigError) as caught:
        flowsim.load_config(tiny_city)
    first = text.splitlines().index("targets:") + 2
    assert str(caught.value).splitlines() == [
        f"{tiny_city}, line {line}: targets.{name}: there is no measure of this name; did you mean {meant}?"
        for line, name, meant in (
            (first, "dtoc_delayed_dais", "dtoc_delayed_days"),
            (first + 2, "homecare_occupancy_mean", "homecare_capacity_mean"),
        )
    ]


def test_importing_flowsim_is_quick():
    heavy = "import sys, flowsim; print([m for m in ('pandas', 'numba', 'matplotlib', 'scipy') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", heavy], text=True).strip() == "[]"
    assert "simulate" in dir(flowsim)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        flowsim.nothing  # noqa: B018


def test_a_standstill_is_the_citys_fault_and_names_city_replication_and_circle(tiny_city, monkeypatch):
    def stands_still(*_):
        raise Standstill("a standstill: since day 3 ...")

    monkeypatch.setitem(ENGINES, "compiled", stands_still)
    with pytest.raises(flowsim.ConfigError) as error:
        flowsim.simulate(flowsim.load_config(tiny_city), replication=4)
    assert str(error.value) == (
        "Tiny city, replication 4: a standstill: since day 3 .... More of one of these, or a way out for those who "
        "wait, opens the circle."
    )
