"""What else keeps people in hospital: simple discharges before they leave, the others after their pathway."""

import numpy as np
import pytest

import flowsim
from flowsim.config.errors import ConfigError

FIVE_DAYS = {"distribution": "fixed", "value": 5}


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city).with_changes(
        [
            {
                "path": "delay_reasons",
                "set": {
                    **{
                        name: reason.model_dump()
                        for name, reason in flowsim.load_config(tiny_city).delay_reasons.items()
                    },
                    "disputes": {
                        "code": "H",
                        "group": "other",
                        "attribution": {"nhs": 0.5, "social_care": 0.5, "both": 0},
                    },
                },
            }
        ]
    )


def hindered(city, **said):
    settings = {"share": 1.0, "days": FIVE_DAYS, "reason": "disputes", **said}
    return city.with_changes([{"path": "discharge_planning.hindrances", "set": {"quarrel": settings}}])


def times(run, activity):
    """When each spell started an activity."""
    rows = run.log.activity == run.network.activity_index(activity)
    return dict(zip(run.log.spell[rows], run.log.started[rows], strict=True))


def test_a_complex_discharge_is_hindered_after_its_pathway_is_allocated(city):
    run = flowsim.simulate(hindered(city, of="complex"))
    names = {activity.name for activity in run.network.activities}
    assert "hindered_by_quarrel" not in names  # a simple discharge is not
    allocated, quarrel = times(run, "pathway_allocated"), times(run, "pathway_hindered_by_quarrel")
    assert len(quarrel) > 10 and quarrel == {spell: allocated[spell] for spell in quarrel}
    assert set(allocated) - set(quarrel) == set()
    recovering = {s: t for name in ("stit", "cics") for s, t in times(run, f"{name}_referral").items()}
    assert len(recovering) > 5
    assert all(t >= quarrel[s] + 5 for s, t in recovering.items())
    days = run.sitrep.groupby("reason")["delayed_days"].sum()
    assert days["H"] == pytest.approx(run.measures["dtoc_patients_disputes"] * 42) and days["H"] > 20


def test_one_of_both_kinds_delays_simple_discharges_as_well(city):
    simple, both = (flowsim.simulate(hindered(city, of=of)) for of in ("simple", "both"))
    assert "pathway_hindered_by_quarrel" not in {activity.name for activity in simple.network.activities}
    assert min(len(times(both, f"{kind}hindered_by_quarrel")) for kind in ("", "pathway_")) > 10
    assert both.measures["dtoc_patients_disputes"] > simple.measures["dtoc_patients_disputes"] > 0
    for name in ("hindrance", "hindrance_days"):
        assert np.array_equal(simple.cohort.columns[name], both.cohort.columns[name])
    assert "complex_hindrance" not in simple.cohort.columns


@pytest.mark.parametrize(("of", "works"), [("simple", False), ("both", False), ("complex", True)])
def test_the_shares_of_each_kind_of_discharge_sum_to_one_at_most(city, of, works):
    more = {
        "quarrel": {"of": of, "share": 0.7, "days": FIVE_DAYS, "reason": "disputes"},
        "housing": {"share": 0.7, "days": FIVE_DAYS, "reason": "housing"},
    }
    changes = [{"path": "discharge_planning.hindrances", "set": more}]
    if works:
        assert city.with_changes(changes).discharge_planning.hindrances["housing"].of == "simple"
    else:
        with pytest.raises(ConfigError, match=r"hindrances of simple discharges sum to 1\.4, above 1"):
            city.with_changes(changes)


def test_both_engines_agree_on_hindered_pathways(city):
    both = hindered(city, of="both", share=0.3)
    assert flowsim.simulate(both).log.equals(flowsim.simulate(both, engine="simpy").log)
