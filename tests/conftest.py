"""What several groups of tests share."""

import sys

import pytest
from paths import ROOT, SHEFFIELD_V01

from flowsim.run.compilation import compile_once


def pytest_sessionstart(session):
    """Compile before any test, and before processes share the tests: no test then waits for it or reads of it."""
    if not hasattr(session.config, "workerinput"):
        compile_once()


# Long tests, and tests of other processes, that reach no line which others do not. Tracing would double their time.
NOT_TRACED = (
    *("docs", "engine/test_engines_agree.py", "engine/test_queueing_theory.py"),
    *("experiment/test_high_impact_changes.py",),
    *("experiment/test_interventions.py", "experiment/test_load_experiment.py", "experiment/test_resume.py"),
    *("calibration/test_search.py", "run/test_cluster.py", "run/test_replicate.py", "test_four_years.py"),
    *("test_sheffield.py", "test_sheffield_history.py", "test_validation.py", "test_wheel.py"),
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Where coverage is measured, leave it out while a test runs that is long and adds nothing to it."""
    place = item.path.relative_to(ROOT / "tests").as_posix()
    coverage = sys.modules.get("coverage")
    tracer = coverage.Coverage.current() if coverage and place.startswith(NOT_TRACED) else None
    if tracer is None:
        return (yield)
    tracer.stop()
    try:
        return (yield)
    finally:
        tracer.start()


TINY = f"""
extends: {SHEFFIELD_V01.as_posix()}
name: Tiny city
run: {{start_date: 2016-10-01, warm_up_days: 14, horizon_days: 42, replications: 2, seed: 7}}
streams:
  gp_referral: {{spells_per_day: 2}}
  emergency_department: {{spells_per_day: 5}}
  direct: {{spells_per_day: 1}}
  step_up: {{spells_per_day: 0.2}}
  children: {{spells_per_day: 1}}
  maternity: {{spells_per_day: 1}}
  care_home_from_own_home: {{spells_per_day: 0.2}}
  homecare_from_own_home: {{spells_per_day: 0.4}}
"""


@pytest.fixture(scope="session")
def tiny_text():
    """Text of the configuration of `tiny_city`, for fixtures that live longer than a test."""
    return TINY


@pytest.fixture
def tiny_city(tmp_path):
    """Configuration file of a city with a tenth of Sheffield's demand, which is simulated in a moment."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return path


QUESTION = """
name: Beds and demand
question: What do fewer beds do to a tiny city?
base: tiny.yaml
replications: {replications}
measures: [dtoc_patients_mean, cost_total]
targets:
  dtoc_patients_mean: {{at_most: 6, source: invented}}
scenarios:
  - {{name: fewer_beds, changes: [{{path: ward.beds, set: 30}}]}}
  - {{name: fewer_people, changes: [{{path: streams.emergency_department.demand_factor, set: 0.5}}]}}
  - {{name: no_team, changes: [{{path: discharge_planning.team.staff, set: 1}}]}}
"""


@pytest.fixture
def tiny_question(tiny_city):
    """Return a maker of experiment files: four scenarios of the tiny city, with so many replications."""

    def make(replications, also=""):
        path = tiny_city.with_name("beds_and_demand.yaml")
        path.write_text(QUESTION.format(replications=replications) + also, encoding="utf-8")
        return path

    return make
