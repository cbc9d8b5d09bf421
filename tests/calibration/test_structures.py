"""An ensemble over structures: other causes are fitted again, those that fit are members, the others are ruled out."""

import numpy as np
import pandas as pd
import pytest
import yaml

import flowsim
from flowsim.calibration.calibration_problem import load_calibration
from flowsim.calibration.search import learnt
from flowsim.calibration.structure_schema import FitRule
from flowsim.calibration.structures import FitFound, why_not
from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.experiment.ensemble_file import load_ensemble
from flowsim.workflow.run_calibration import run_structures

ARRIVALS = "streams.emergency_department.spells_per_day"
DECISION = "discharge_planning.simple_decision.working_hours"
FREE = {"name": "Arrivals", "path": ARRIVALS, "low": 2, "high": 12, "why": "not published"}


def structure(name, title="A cause", free=(), **held):
    """A structure that holds one setting, or none."""
    return {"name": name, "title": title, "free": list(free), "hold": [held] if held else []}


CHILDREN = structure("children", "More children: half as many again", path="streams.children.spells_per_day", scale=1.5)
SLOW = structure("slow", "Slow decisions", path=[f"{DECISION}.mean", f"{DECISION}.sd"], scale=10)


@pytest.fixture(scope="module")
def city(tiny_text, tmp_path_factory):
    """Configuration file of the tiny city."""
    path = tmp_path_factory.mktemp("city") / "city.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return path


def write(city, structures=(CHILDREN, SLOW), **more):
    """Targets as the city has them: how many come, and how long they stay."""
    runs = [flowsim.simulate(flowsim.load_config(city), seed=5, replication=r).measures for r in range(4)]
    within = {"tolerance": {"relative": 0.05}, "source": "simulated"}
    figures = [
        {"measure": name, "value": float(np.mean([run[name] for run in runs])), **within}
        for name in ("non_elective_admissions", "length_of_stay_mean")
    ]
    content = {"parameters": [FREE], "targets": figures, "replications": 3, "seed": 6, "structures": list(structures)}
    path = city.with_name("targets.yaml")
    path.write_text(yaml.safe_dump({**content, "kept_if": {"loss_at_most": 4}, **more}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def fitted(city):
    """What was found, its file and its folder."""
    file, out = city.with_name("e.yaml"), city.with_name("out")
    return run_structures(city, write(city), file, out, workers=1), file, out


def test_a_cause_that_fits_is_a_member_and_one_that_cannot_is_ruled_out(city, fitted):
    _, file, _ = fitted
    ensemble = load_ensemble(file, flowsim.load_config(city))
    assert [member.name for member in ensemble.members] == ["as_it_is", "children"]
    assert [its.name for its in ensemble.ruled_out] == ["slow"]
    assert "it misses the figures" in ensemble.ruled_out[0].why


def test_what_is_held_stays_and_what_is_free_makes_up_for_it(city, fitted):
    """Half as many children again are more spells, so fewer others come: the sum is as it was."""
    found, file, _ = fitted
    member = load_ensemble(file, flowsim.load_config(city)).members[1]
    its = changed(flowsim.load_config(city), member.settings)
    before = flowsim.load_config(city)
    assert its.streams["children"].spells_per_day == 1.5 * before.streams["children"].spells_per_day
    more = its.streams["children"].spells_per_day - before.streams["children"].spells_per_day
    fewer = before.streams["emergency_department"].spells_per_day - its.streams["emergency_department"].spells_per_day
    assert fewer == pytest.approx(more, abs=0.35 * more)
    judged = found.calibration.judged(its)
    runs = [flowsim.simulate(judged, replication=r).measures for r in range(3)]
    wanted = found.calibration.target_values[0]
    assert np.mean([run["non_elective_admissions"] for run in runs]) == pytest.approx(wanted, rel=0.1)


def written(out):
    return sorted((path.name, path.stat().st_mtime_ns) for path in (out / "evaluations").iterdir())


def test_the_same_command_tries_nothing_again_and_writes_the_same(city, fitted):
    _, file, out = fitted
    text, tried = (
        file.read_text(),
        sorted((path.name, path.stat().st_mtime_ns) for path in (out / "evaluations").iterdir()),
    )
    run_structures(city, city.with_name("targets.yaml"), file, out, workers=1)
    assert file.read_text() == text
    assert sorted((path.name, path.stat().st_mtime_ns) for path in (out / "evaluations").iterdir()) == tried
    table = pd.read_csv(out / "structures.csv")
    assert table["fits"].tolist() == [True, True, False]
    assert "does not fit" in (out / "report.html").read_text(encoding="utf-8")


def test_a_city_with_more_lag_than_was_published_is_ruled_out_without_fitting_it_again():
    fit = FitFound(1.0, {"2014/15": (66.0, 70.0)}, {}, {"2014/15": 82.0})
    found = why_not(fit, FitRule(), 1.0)
    assert found == "82 people would be delayed in 2014/15 even if nobody waited for a place, and 66 were published"


def test_a_year_that_is_missed_and_months_that_do_not_follow_are_reasons():
    fit = FitFound(1.0, {"2014/15": (66.0, 80.0)}, {"All": 0.8}, {"2014/15": 40.0})
    found = why_not(fit, FitRule(correlation_at_least={"All": 0.9}), 1.0)
    assert "80 people are delayed in 2014/15, and 66 were published" in found
    assert "the months of “All” correlate with the published ones by 0.80" in found
    assert not why_not(fit, FitRule(years_within=0.3), 1.0)


def test_slopes_are_learnt_from_what_was_tried():
    """Of a linear measure, from wrong slopes: after as many trials as there are parameters they are right."""
    right = np.array([[1.0, 2.0], [3.0, -1.0]])
    points = [np.array([0.0, 0.0]), np.array([0.5, 0.0]), np.array([0.5, 0.5])]
    assert learnt(np.zeros((2, 2)), [(point, right @ point) for point in points]) == pytest.approx(right)


@pytest.mark.parametrize(
    ("structures", "says"),
    [
        ([structure("a", path="ward.bets", scale=2)], r"structures.0.hold.0.path: .*no setting of this name"),
        ([structure("a", path=ARRIVALS, scale=2)], "structures.0: nothing is fitted again"),
        ([structure("a", path=ARRIVALS, set=3, free=["Arrivals"])], "this setting is free"),
        ([structure("a", free=["Beds"])], "structures.0.free.0: .*they are Arrivals"),
        ([structure("a"), structure("a")], "structures.1.name: .*another structure"),
        ([structure("a", path="ward.beds", set=0)], "structures.0.hold: .*the city cannot have it"),
        ([structure("a", path="ward.beds")], "exactly one of the two: set or scale"),
    ],
)
def test_wrong_structures_are_refused(city, structures, says):
    with pytest.raises(ConfigError, match=says):
        load_calibration(city, write(city, structures))


def test_a_series_that_is_not_there_cannot_rule_anything_out(city):
    with pytest.raises(ConfigError, match=r"kept_if.correlation_at_least.All: .*no series of months"):
        load_calibration(city, write(city, kept_if={"correlation_at_least": {"All": 0.9}}))
