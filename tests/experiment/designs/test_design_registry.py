"""Which designs there are: each file holds one under its own name, and what cannot be a design is refused at once."""

import importlib
import pkgutil
from typing import ClassVar, Literal

import pytest

from flowsim.experiment import designs as designs_package
from flowsim.experiment.design_contract import Design, FixedDesign
from flowsim.experiment.design_registry import designs, register
from flowsim.experiment.designs.grid import Grid
from flowsim.experiment.registry import Registry


def test_each_file_holds_the_design_of_its_name():
    files = [module.name for module in pkgutil.iter_modules(designs_package.__path__)]
    assert {"best_next", "factorial", "grid", "latin_hypercube", "one_at_a_time"} <= set(files)
    assert {kind: design.__module__ for kind, design in designs().items()} == {
        kind: f"{designs_package.__name__}.{kind}" for kind in files
    }


def test_a_design_says_its_kind():
    class Nameless(FixedDesign):
        def count(self):
            return 0

        def recipes(self, builder):
            return []

    with pytest.raises(TypeError, match="Nameless: a design has a kind"):
        register(Nameless)


def test_a_design_has_all_that_a_design_needs():
    class Unfinished(Design):
        kind: Literal["unfinished"]

    with pytest.raises(TypeError, match="Unfinished: a design needs count, plan"):
        register(Unfinished)


def test_a_kind_is_taken_once():
    class Other(Grid):
        kind: Literal["grid"]

    assert designs()["grid"] is Grid
    with pytest.raises(ValueError, match=r"two designs are called grid: flowsim.experiment.designs.grid.Grid and "):
        register(Other)
    assert designs()["grid"] is Grid


def test_a_table_of_a_design_never_overwrites_one_that_every_experiment_has():
    class Overwriting(Grid):
        table_names: ClassVar[tuple[str, ...]] = ("ranking",)
        kind: Literal["overwriting"]

    with pytest.raises(ValueError, match="Overwriting: every experiment has a table ranking"):
        register(Overwriting)


def test_a_new_file_in_the_package_is_found(tmp_path, monkeypatch):
    package = tmp_path / "kinds_of_things"
    package.mkdir()
    package.joinpath("__init__.py").write_text(
        "from flowsim.experiment.registry import Registry\nthings = Registry('thing', __name__)\n"
    )
    package.joinpath("one.py").write_text(
        "from kinds_of_things import things\n\nclass One:\n    pass\n\nthings.add('one', One)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    (found,) = importlib.import_module("kinds_of_things").things.all().items()
    assert (found[0], found[1].__name__) == ("one", "One")


def test_a_cell_of_a_notebook_may_be_run_again():
    """Which defines the class anew: the newer one counts."""

    def define():
        class Mine:
            pass

        return Mine

    registry = Registry("thing", "flowsim.experiment.designs")
    first, second = define(), define()
    registry.add("mine", first)
    registry.add("mine", second)
    assert registry.all() == {"mine": second}
