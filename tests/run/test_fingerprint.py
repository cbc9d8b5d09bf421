"""What decides a result is in its fingerprint, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import flowsim
from flowsim.run import fingerprint
from flowsim.run.fingerprint import DECIDING_SOURCES


def test_the_deciding_sources_are_those_that_a_run_imports():
    code = "import sys, json, flowsim.run.tasks\n"
    code += "print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.startswith('flowsim.')]))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    root = Path(flowsim.__file__).parent
    imported = {Path(file).relative_to(root).as_posix() for file in json.loads(printed)}
    assert "model/journey.py" in imported
    assert {deciding(name) for name in imported - {"run/__init__.py"}} == set(DECIDING_SOURCES)


def deciding(name):
    """Return the package of a file, or the file itself in the package that also holds what decides nothing."""
    package = name.split("/")[0]
    return name if package == "run" else package


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """Sources in which every deciding file has one line, and every deciding package one file."""
    for name in DECIDING_SOURCES:
        path = tmp_path / name if name.endswith(".py") else tmp_path / name / "inner" / "a.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    monkeypatch.setattr(fingerprint, "SOURCES", tmp_path)
    return tmp_path


def software():
    return fingerprint.software.__wrapped__()


def test_a_changed_source_changes_the_fingerprint(sources):
    before = software()
    assert software() == before
    (sources / "report").mkdir()
    (sources / "report" / "a.py").write_text("x = 1\n")
    (sources / "model" / "inner" / "a.py").write_bytes(b"x = 1\r\n")
    assert software() == before
    (sources / "model" / "inner" / "a.py").write_text("x = 2\n")
    assert software() != before


@pytest.mark.parametrize("name", ["run/tasks.py", "model/inner/a.py"])
def test_a_deciding_source_that_is_not_there_is_an_error(sources, name):
    (sources / name).unlink()
    with pytest.raises(FileNotFoundError, match="there is no such source; correct DECIDING_SOURCES"):
        software()
