"""What a Python user meets first: the names of the package, its types, and short descriptions of large things."""

import subprocess
import sys
from pathlib import Path

import pytest

import flowsim

LONGEST = 200
PROGRAM = """
from flowsim import CityConfig, ExperimentResults, Run, ask, load_config, run_city, run_experiment, simulate

city: CityConfig = load_config("sheffield_2016_17").with_changes([{"path": "ward.beds", "add": 1}])
run: Run = simulate(city)
results: ExperimentResults = ask(city, ["home_first"], replications=2)
delayed: float = run.measures["dtoc_patients_mean"]
wrong: int = ask
"""


@pytest.fixture(scope="module")
def large_things(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("city") / "city.yaml"
    path.write_text(tiny_text.replace("Tiny city", f"A city {'with a long name ' * 20}"), encoding="utf-8")
    city = flowsim.load_config(path)
    run = flowsim.simulate(city, seed=2**62)
    results = flowsim.ask(city, {"beds": {"changes": [{"path": "ward.beds", "set": 30}]}}, replications=1)
    return {type(thing).__name__: thing for thing in (city, run, run.cohort, run.log, results)}


@pytest.mark.parametrize("name", ["CityConfig", "Run", "Cohort", "JourneyLog", "ExperimentResults"])
def test_large_things_are_described_in_one_short_line(large_things, name):
    for text in (repr(large_things[name]), str(large_things[name])):
        assert text.startswith(f"{name}(")
        assert len(text) < LONGEST
        assert "\n" not in text


def test_every_public_name_is_there():
    for name in flowsim.__all__:
        assert getattr(flowsim, name) is not None
    assert set(flowsim.__all__) <= set(dir(flowsim))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        flowsim.nothing  # noqa: B018


def test_a_type_checker_sees_the_public_names(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "program.py"]
    environment = {"MYPYPATH": str(Path(flowsim.__file__).parents[1])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    problems = [line for line in done.stdout.splitlines() if line.startswith("program.py")]
    assert len(problems) == 1, done.stdout + done.stderr
    assert 'program.py:8: error: Incompatible types in assignment (expression has type "Callable' in problems[0]
