"""Compiling takes a while: it is said, it is done once, and the workers find it done."""

import os
import subprocess
import sys

import pytest

from flowsim.model.compiled import KERNELS
from flowsim.run import compilation, replicate
from flowsim.run.load_city import load_config


def python(code, folder):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return ended.stdout, ended.stderr


TWO_KERNELS = """
import numba
numba.njit(lambda x: x + 1)(1)
print("compiled a function of my own")
from flowsim.engine import rules
print(rules.goes_then(0.5, 0.6, 0.0, *rules.pieces(rules.Harm())), rules.booked_days(1.5))
"""


def test_it_is_said_once_and_only_of_what_is_ours_and_not_on_disk(tmp_path):
    out, said = python(TWO_KERNELS, tmp_path)
    assert out.splitlines() == ["compiled a function of my own", "True 2"]
    assert said.splitlines() == ["compiling the engine, once: about 20 s"]
    assert python(TWO_KERNELS, tmp_path) == (out, "")


def test_a_program_can_have_it_otherwise(tmp_path):
    quiet = "import logging; logging.getLogger('flowsim').setLevel(logging.ERROR)\n"
    assert python(quiet + TWO_KERNELS, tmp_path)[1] == ""


def test_one_process_compiles_all_that_a_run_and_a_check_need():
    compilation.compile_once()
    assert [kernel.py_func.__name__ for kernel in KERNELS if not compilation._is_ready(kernel)] == []


def test_what_is_ready_costs_nothing(monkeypatch):
    compilation.compile_once()
    monkeypatch.setattr(compilation, "simulate", lambda _: pytest.fail("compiled again"))
    compilation.compile_once()


def test_nothing_is_ready_where_nothing_was_kept(tmp_path):
    code = (
        "from flowsim.run.compilation import _is_ready; from flowsim.model.compiled import KERNELS\n"
        "print(any(map(_is_ready, KERNELS)))"
    )
    assert python(code, tmp_path)[0] == "False\n"


def test_it_is_done_before_workers_start(tiny_city, monkeypatch):
    done = []
    monkeypatch.setattr(replicate, "compile_once", lambda: done.append("compiled"))
    monkeypatch.setattr(replicate, "worker_pool", lambda workers: done.append("workers"))
    with pytest.raises(TypeError):  # it is no pool
        replicate.replicate(load_config(tiny_city), workers=2)
    assert done == ["compiled", "workers"]
