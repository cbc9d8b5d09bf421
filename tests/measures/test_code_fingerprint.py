"""Fingerprints of functions: another one whenever something that a function does changes, and only then."""

import importlib.util
import os
import subprocess
import sys
from functools import partial

import numba
import numpy as np
import pytest

from flowsim.measures.code_fingerprint import fingerprint

WHOLE = '''
"""A helper module."""
import numpy as np
import helpers
from flowsim.measures.window import mean

LIMIT = 3
TABLE = {"a": [1, 2.5], "b": ("x", None, {"y", "z"})}
ARRAY = np.arange(3)


class Rule:
    def holds(self, value):
        return value > 1


def inner(value):
    return value * 2 + LIMIT


def again(value):
    return again(value - 1) if value > 0 else 0


def made(n):
    return lambda facts: facts * n


def count(facts, weight=1.0, *, power=2):
    used = inner(facts) + again(2) + TABLE["a"][0] + ARRAY.sum() + Rule().holds(1)
    return mean(np.array([used * weight**power + helpers.more(facts)]))


three = made(3)
'''
HELPERS = "STEP = 1\n\n\ndef more(value):\n    return value + STEP\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load the module, with some of its text and that of its helper changed, and take a fingerprint of a function."""

    def take(name="count", module="own_measures", own=(), helpers=()):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for stem, text, changes in (("helpers", HELPERS, helpers), (module, WHOLE, own)):
            for old, new in dict(changes).items():
                assert text.count(old) == 1, old
                text = text.replace(old, new)
            path = folder / f"{stem}.py"
            path.write_text(text)
            spec = importlib.util.spec_from_file_location(stem, path)
            loaded = importlib.util.module_from_spec(spec)
            monkeypatch.setitem(sys.modules, stem, loaded)
            spec.loader.exec_module(loaded)
        return fingerprint(getattr(loaded, name))

    return take


@pytest.mark.parametrize(
    "change",
    [
        {"used * weight": "used + weight"},
        {"weight=1.0": "weight=2.0"},
        {"power=2": "power=3"},
        {"value * 2 + LIMIT": "value * 3 + LIMIT"},
        {"LIMIT = 3": "LIMIT = 4"},
        {"again(value - 1)": "again(value - 2)"},
        {"2.5": "2.75"},
        {'"z"': '"w"'},
        {"np.arange(3)": "np.arange(3) + 1"},
        {"np.arange(3)": "np.arange(3, dtype=np.int32)"},
        {"value > 1": "value > 2"},
        {"import mean\n": "import ratio as mean\n"},
    ],
    ids=str,
)
def test_a_change_of_what_a_function_does_or_uses_changes_it(load, change):
    assert load(own=change) != load()


def test_a_change_in_a_module_that_it_uses_changes_it(load):
    found = [load(), load(helpers={"value + STEP": "value - STEP"}), load(helpers={"STEP = 1": "STEP = 2"})]
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    "change", [{"A helper module": "Another text"}, {"three = made(3)": "three = made(4)"}, {"\nLIMIT": "\n\n\nLIMIT"}]
)
def test_what_it_does_not_use_changes_nothing(load, change):
    assert load(own=change) == load()


def test_the_name_of_its_module_changes_nothing(load):
    """A script is called __main__ in its own process and __mp_main__ in its workers."""
    assert load(module="own_measures") == load(module="other_name")


def test_it_is_the_same_in_every_process():
    """Sets of texts have another order in each process unless they are sorted."""
    code = "from flowsim.measures.code_fingerprint import fingerprint\nNAMES = {'a', 'b', 'c', 'd', 'e'}\n"
    code += "print(fingerprint(lambda facts: [facts in NAMES, facts in {'f', 'g', 'h', 'i'}]))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_what_a_function_was_made_with_counts(load):
    assert load("three") != load("three", own={"three = made(3)": "three = made(4)"})
    assert fingerprint(partial(max, 1)) != fingerprint(partial(max, 2))


def test_a_compiled_function_is_followed_like_a_plain_one():
    def plus(value):
        return value + 1

    def minus(value):
        return value - 1

    compiled, other = numba.njit(plus), numba.njit(minus)
    assert fingerprint(lambda facts: compiled(facts)) != fingerprint(lambda facts: other(facts))


@pytest.mark.parametrize("thing", [object(), np.array([object()]), iter([])])
def test_what_cannot_be_told_apart_is_refused(thing):
    with pytest.raises(TypeError, match="of which no fingerprint can be made"):
        fingerprint(lambda facts: thing)
