"""What is compiled is kept where it can be: next to the sources, at home, or among the temporary files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import flowsim

CALL = """
import logging, sys
from flowsim.engine import rules
from flowsim.model.compiled import KERNELS
print(rules.goes_then(0.5, 0.6, 0.0, *rules.pieces(rules.Harm())))
cache = KERNELS[0]._cache
print(getattr(cache, "cache_path", None))
"""


@pytest.fixture
def read_only(tmp_path):
    """A copy of the package in which nothing can be kept: in the place of each cache is a file."""
    package = tmp_path / "installed" / "flowsim"
    shutil.copytree(Path(flowsim.__path__[0]), package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__pycache__").touch()
    return package.parent


def call(read_only, temporary, **more):
    """Return what a process says that has no home and whose temporary files are there."""
    dropped = {"NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    home = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), f"{read_only}/flowsim/__pycache__/home")
    ended = subprocess.run(
        [sys.executable, "-c", CALL],
        env=environment | home | {"PYTHONPATH": str(read_only)} | more,
        cwd=read_only,
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.split(), ended.stderr


def test_without_a_home_a_read_only_installation_keeps_it_among_the_temporary_files(read_only, tmp_path):
    (tmp_path / "temporary").mkdir()
    (value, where), said = call(read_only, tmp_path / "temporary")
    assert value == "True"
    (folder,) = (tmp_path / "temporary").glob("flowsim-*")
    assert Path(where).is_relative_to(folder)
    assert said.startswith("compiling the engine, once: about ")
    assert f"(kept in {folder}, because neither the installation nor a home folder can be written)" in said
    # It is kept: the next process compiles nothing, and says nothing.
    assert call(read_only, tmp_path / "temporary") == (["True", where], "")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs owners of files")
def test_a_folder_that_others_can_write_is_not_trusted(read_only, tmp_path):
    import getpass

    others = tmp_path / "temporary" / f"flowsim-{getpass.getuser()}"
    others.mkdir(parents=True)
    others.chmod(0o777)
    (_, where), _ = call(read_only, tmp_path / "temporary")
    assert not Path(where).is_relative_to(others)
    assert not any(others.iterdir())


def test_where_nothing_can_be_kept_it_works_all_the_same(read_only, monkeypatch):
    # Without a folder for temporary files Python takes the current one; here that is no folder either.
    patch = "import tempfile; tempfile.gettempdir = lambda: '/dev/null/nowhere'\n"
    monkeypatch.setitem(globals(), "CALL", patch + CALL)
    (value, _), said = call(read_only, "/dev/null/nowhere")
    assert value == "True"
    assert "in each process anew, because no folder can be written in which it could be kept" in said
