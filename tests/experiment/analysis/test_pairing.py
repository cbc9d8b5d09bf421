"""Pairing pays: with the same patients in both, a modest change needs far fewer runs to be seen."""

import pandas as pd
import pytest
from in_place import CONFIGS

import flowsim
from flowsim.config.changes import changed, with_changes
from flowsim.experiment.analysis.compare import compare

REPLICATIONS = 8
MODEST = {
    "ten_more_intermediate_care_beds": {"path": "services.intermediate_care.intermediate_care_beds.beds", "add": 10},
    "one_more_discharge_team_member": {"path": "discharge_planning.team.staff", "add": 1},
}


def delayed_patients(scenario, city):
    values = [flowsim.simulate(city, replication=r).measures["dtoc_patients_mean"] for r in range(REPLICATIONS)]
    return [(scenario, r, "dtoc_patients_mean", value) for r, value in enumerate(values)]


@pytest.fixture(scope="module")
def short():
    """Two months of warm-up and a quarter of a year of the shipped city, as busy as it is."""
    city = flowsim.load_config(CONFIGS / "sheffield_2016_17.yaml")
    return changed(city, {"run.warm_up_days": 60, "run.horizon_days": 90})


@pytest.fixture(scope="module")
def baseline(short):
    return delayed_patients("baseline", short)


@pytest.mark.parametrize("name", MODEST)
def test_the_interval_of_a_modest_change_is_at_least_twice_narrower_than_with_other_patients(short, baseline, name):
    """With the shipped seed; the factors are some 8 and 16 here, and 5 and 13 over the whole year (10 replications)."""
    rows = baseline + delayed_patients(name, with_changes(short, [MODEST[name]]))
    table = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    comparison, ranking = compare(table, "baseline")
    assert comparison["difference"].item() < 0
    assert ranking["pairing_gain"].item() >= 2
