"""What is built from the repository holds all that a newcomer needs who has no copy of it."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from paths import ROOT

import flowsim
from flowsim.model.compiled import KERNELS
from flowsim.run.compilation import compile_once

PARTS = ("flowsim", "configs", "experiments", "setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")
BUILD = """
import sys
from setuptools import build_meta
folder = sys.argv[1]
build_meta.build_sdist(folder)
build_meta.build_wheel(folder)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder in which a source distribution and a wheel were built from a copy of the repository."""
    folder = tmp_path_factory.mktemp("build")
    no_caches = shutil.ignore_patterns("__pycache__")
    for name in PARTS:
        source, copy = ROOT / name, folder / "source" / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=no_caches)
        else:
            shutil.copyfile(source, copy)
    command = [sys.executable, "-c", BUILD, str(folder)]
    done = subprocess.run(command, cwd=folder / "source", capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built):
    """A read-only folder into which the wheel was unpacked, as an installation does."""
    (wheel,) = built.glob("*.whl")
    site = built / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    put_what_is_compiled(site, built / "compiled")
    for path in site.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield site
    for path in site.rglob("*"):
        path.chmod(0o755)


def put_what_is_compiled(site, folder):
    """Put what this session compiled from the same sources where a process of the installation looks for it.

    Compiling takes most of a minute, and `tests/run/test_compilation.py` is about it. An installation that does not
    find it compiles for itself.
    """
    compile_once()
    for kernel in KERNELS:
        source = Path(kernel.py_func.__code__.co_filename)
        copy = site / "flowsim" / source.relative_to(Path(flowsim.__path__[0]))
        try:
            place = folder / kernel._cache._impl.locator.get_suitable_cache_subpath(str(copy))
        except AttributeError:  # a later numba keeps it in another way
            return
        shutil.copytree(kernel._cache.cache_path, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.pyc"))
        shutil.copystat(source, copy)  # what is kept names the time of its source


def shipped():
    return {file.relative_to(ROOT) for name in ("configs", "experiments") for file in (ROOT / name).rglob("*.*")}


def test_the_wheel_holds_the_types_and_what_is_shipped(installed):
    files = {path for path in shipped() if (ROOT / path).is_file()}
    assert Path("configs/interventions/home_first.yaml") in files
    assert Path("experiments/high_impact_changes.yaml") in files
    for file in files:
        assert (installed / "flowsim" / "shipped" / file).read_bytes() == (ROOT / file).read_bytes(), file
    assert (installed / "flowsim" / "py.typed").exists()
    assert not any((installed / name).exists() for name in ("configs", "experiments", "setup.py"))


def test_the_source_distribution_holds_what_the_wheel_is_built_from(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    assert {file.as_posix() for file in shipped()} <= names
    assert "setup.py" in names


def in_an_empty_folder(installed, folder, *command):
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"NUMBA_CACHE_DIR": str(installed.parent / "compiled")}
    command = [sys.executable, *command]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def test_whoever_installed_it_makes_a_working_folder_and_checks_an_experiment_there(installed, tmp_path):
    made = in_an_empty_folder(installed, tmp_path, "-m", "flowsim", "new", "mine")
    assert (made.returncode, made.stderr) == (0, "")
    files = [path for path in (tmp_path / "mine").rglob("*") if path.is_file()]
    assert len(files) > 30
    assert all(path.stat().st_mode & 0o200 for path in files), "what is there to be changed is read-only"
    experiment = Path("mine", "experiments", "step_down_sizing.yaml")
    checked = in_an_empty_folder(installed, tmp_path, "-m", "flowsim", "check", str(experiment))
    assert checked.returncode == 0
    assert checked.stderr in ("", "compiling the engine, once: about 20 s\n")
    assert checked.stdout.startswith(f"{experiment} is sound: How large should step-down and Active Recovery be.")


def test_a_shipped_city_loads_by_its_name_from_an_installation(installed, tmp_path):
    code = "import flowsim; print(flowsim.load_config('sheffield_2016_17').file)"
    loaded = in_an_empty_folder(installed, tmp_path, "-c", code)
    expected = installed / "flowsim" / "shipped" / "configs" / "sheffield_2016_17.yaml"
    assert (loaded.stdout.strip(), loaded.stderr) == (str(expected), "")
