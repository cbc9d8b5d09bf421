"""What a Python user meets first: the names of the package, its types, and short descriptions of large things."""

import ast
from pathlib import Path

import pytest

import flowsim

LONGEST = 200


@pytest.fixture(scope="module")
def large_things(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("city") / "city.yaml"
    path.write_text(tiny_text.replace("Tiny city", f"A city {'with a long name ' * 20}"), encoding="utf-8")
    city = flowsim.load_config(path)
    run = flowsim.simulate(city, seed=2**62)
    results = flowsim.ask(city, {"beds": {"changes": [{"path": "ward.beds", "set": 30}]}}, replications=1)
    whole_city = flowsim.run_city(path, workers=1, replications=1, out=path.with_name("out"))
    return {type(thing).__name__: thing for thing in (city, run, run.cohort, run.log, results, whole_city)}


@pytest.mark.parametrize("name", ["CityConfig", "Run", "Cohort", "JourneyLog", "ExperimentResults", "CityResults"])
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


def test_a_type_checker_sees_every_public_name_where_it_is_defined():
    """It does not run the package, and knows names only from what is imported for it."""
    tree = ast.parse(Path(flowsim.__file__).read_text(encoding="utf-8"))
    (for_checkers,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(for_checkers.test) == "TYPE_CHECKING"
    seen = {name.name: node.module for node in for_checkers.body for name in node.names}
    assert seen == flowsim._WHERE
    assert {*seen, "__version__"} == set(flowsim.__all__)
    for name, module in seen.items():
        assert getattr(flowsim, name).__module__ == module
    assert Path(flowsim.__file__).with_name("py.typed").exists()
