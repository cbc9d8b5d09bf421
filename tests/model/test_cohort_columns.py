"""The table of a cohort's columns is what is drawn, and the table of the log's is what an engine says."""

import dataclasses

import numpy as np
import pytest
from from_config import cohort_of
from paths import CONFIGS, SHEFFIELD
from valves import ways_out_of_every_queue

from flowsim.config.changes import changed
from flowsim.engine.log import JourneyLog
from flowsim.engine.log_columns import LOG_COLUMNS
from flowsim.model.cohort_columns import COHORT_COLUMNS
from flowsim.run.load_city import load_config
from flowsim.run.simulate import simulate

CITIES = [SHEFFIELD, *sorted((CONFIGS / "examples").glob("*.yaml"))]
TWO_WEEKS = {"run.warm_up_days": 0, "run.horizon_days": 14}
DECLARED = {name: column for column in COHORT_COLUMNS for name in column.names}


def drawn(cohort):
    """Every column of a cohort, those of the start too, by name."""
    some = {"arrival": cohort.arrival, "child": cohort.child, **cohort.columns}
    return some if cohort.in_service is None else {**some, "in_service": cohort.in_service}


def test_no_column_is_declared_twice():
    assert len(DECLARED) == sum(len(column.names) for column in COHORT_COLUMNS)


@pytest.mark.parametrize("file", CITIES, ids=lambda path: path.stem)
@pytest.mark.parametrize("coverage", [None, 0.5])
def test_what_is_drawn_is_declared_and_what_is_declared_is_drawn(file, coverage):
    city = changed(load_config(file), TWO_WEEKS)
    city = changed(city, {"services.discharge_lounge": {"places": 5, "calendar": city.services.transport.calendar}})
    disputes = {"of": "both", "share": 0.1, "days": {"distribution": "fixed", "value": 5}, "reason": "housing"}
    city = changed(city, {"discharge_planning.hindrances": {"disputes": disputes}})
    city = city.with_changes(ways_out_of_every_queue(city))
    curve = [{"from_day": 0, "per_day": 0.001}]
    harm = {"death": curve, "death_after_days": {"distribution": "fixed", "value": 30}}
    city = changed(city, {f"routes.harm_of_delay.{name}": its for name, its in harm.items()})
    city = changed(city, {"routes.looks_first": {"share": 0.5, "waiting_above": 2}})
    city = changed(city, {"patients.frailty": {"support_need": 3, "readmission": 2}})
    service = next(iter(city.services.intermediate_care))
    start = {"people_like": next(iter(city.streams)), "in_service": {service: 3}}
    if coverage is not None:
        early = {
            "title": "T",
            "what": "w",
            "mechanism": "m",
            "changes": [{"path": "discharge_planning.early_planning.coverage", "set": 1}],
            "cost": {"source": "assumption"},
            "evidence": [{"says": "nothing", "source": "assumption"}],
        }
        city = changed(city, {"interventions": {"early": {"intervention": early, "coverage": coverage}}})
    types = {
        name: values.dtype.name for name, values in drawn(cohort_of(changed(city, {"initial_state": start}))).items()
    }
    assert types == {name: column.dtype for name, column in DECLARED.items()}


def test_each_value_is_in_the_range_of_its_unit():
    columns = drawn(cohort_of(changed(load_config(SHEFFIELD), TWO_WEEKS)))
    for name, values in columns.items():
        unit = DECLARED[name].unit
        if unit == "0 or 1":
            assert set(np.unique(values)) <= {0, 1}, name
        elif unit == "uniform":
            assert values.min() >= 0 and values.max() < 1, name
        elif unit == "share":
            assert values.min() >= 0 and values.max() <= 1, name
        elif unit == "number":
            assert values.dtype == np.int32 and values.min() >= -1, name
        else:
            assert np.nanmin(values) >= 0, name


def test_a_log_has_the_declared_columns(tiny_city):
    log = simulate(load_config(tiny_city)).log
    arrays = [field.name for field in dataclasses.fields(JourneyLog) if field.name != "until"]
    assert {name: getattr(log, name).dtype.name for name in arrays} == {c.name: c.dtype for c in LOG_COLUMNS}
