"""What a process remembers of a replication changes nothing: every cohort is what it is when drawn anew."""

import numpy as np
import pandas as pd
import pytest
from from_config import cohort_of

from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.config.shipped import city_file
from flowsim.experiment.library import FOLDER
from flowsim.model.cohort_memory import forget
from flowsim.run.load_city import load_config
from flowsim.workflow.ask import _experiment

NOTHING_YET = pd.DataFrame({"scenario": [], "replication": [], "measure": [], "value": []})
SHORT = {"run.warm_up_days": 0, "run.horizon_days": 8, "history": {}}


def same(one, other):
    return (
        one.columns.keys() == other.columns.keys()
        and np.array_equal(one.arrival, other.arrival, equal_nan=True)
        and np.array_equal(one.child, other.child)
        and all(np.array_equal(its, other.columns[name], equal_nan=True) for name, its in one.columns.items())
    )


@pytest.fixture(scope="module")
def cities():
    """Sheffield with each shipped intervention, for everybody and for half of the people."""
    file = city_file("sheffield_2016_17")
    city = changed(load_config(file), SHORT)
    found = [city]
    for intervention in sorted(path.stem for path in (file.parent / FOLDER).glob("*.yaml")):
        for coverage in (1.0, 0.5):
            scenario = {"interventions": [{"name": intervention, "coverage": coverage}]}
            try:
                asked = _experiment(city, {"x": scenario}, 1, None, ("dtoc_patients_mean",))
            except ConfigError:  # not an intervention, or one that is for everybody or nobody
                continue
            found.append(asked.wanted_runs(NOTHING_YET).scenarios[1].cities[0])
    assert len(found) > 50
    return found


def test_a_cohort_that_is_remembered_is_the_one_that_is_drawn_anew(cities):
    anew = []
    for city in cities:
        forget()
        anew.append(cohort_of(city))
    for order in (range(len(cities)), reversed(range(len(cities)))):
        forget()
        for number in order:
            assert same(cohort_of(cities[number]), anew[number]), cities[number].interventions.keys()


def test_what_is_remembered_cannot_be_written_to(tiny_city):
    with pytest.raises(ValueError, match="read-only"):
        cohort_of(load_config(tiny_city)).columns["route"][0] = 1
