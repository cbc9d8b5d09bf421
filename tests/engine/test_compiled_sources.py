"""What numba keeps on disk is used again only while every source that it was made of is the same."""

import importlib
import pkgutil
import shutil
from pathlib import Path

import pytest
from compiled_from import modules_compiled_into

import flowsim
from flowsim.engine import compiled_engine


def test_the_engines_fingerprint_covers_what_is_compiled_into_it():
    modules = modules_compiled_into(compiled_engine._run_until)
    files = {f"{name.removeprefix('flowsim.').replace('.', '/')}.py" for name in modules}
    assert files == set(compiled_engine.COMPILED_SOURCES)


def other_kernels():
    """Every kernel in the package that numba keeps on disk, but for the engine, by its name."""
    for package in ("model", "engine", "measures"):
        for found in pkgutil.iter_modules([f"{flowsim.__path__[0]}/{package}"], f"flowsim.{package}."):
            for name, thing in vars(importlib.import_module(found.name)).items():
                if getattr(thing, "py_func", None) and thing.py_func.__module__ == found.name:
                    kept = type(thing._cache).__name__ != "NullCache"
                    if kept and thing is not compiled_engine._run_until:
                        yield f"{found.name}.{name}", thing


KERNELS = dict(other_kernels())


@pytest.mark.parametrize("name", KERNELS)
def test_every_other_kernel_is_made_of_its_own_file_alone(name):
    """Numba itself looks whether that file has changed."""
    assert modules_compiled_into(KERNELS[name]) == {name.rpartition(".")[0]}


def test_a_changed_source_is_compiled_anew(monkeypatch, tmp_path):
    before = compiled_engine._fingerprint()
    shutil.copytree(Path(flowsim.__path__[0]), tmp_path / "copy")
    monkeypatch.setattr(compiled_engine, "_PACKAGE", tmp_path / "copy")
    assert compiled_engine._fingerprint() == before
    for name in compiled_engine.COMPILED_SOURCES:
        source = tmp_path / "copy" / name
        source.write_bytes(source.read_bytes() + b"# changed\n")
        assert compiled_engine._fingerprint() != before, name
        before = compiled_engine._fingerprint()
