"""What a worker frees it has at hand for its next run."""

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

SCRIPT = """
import resource
import numpy as np
from flowsim.engine.memory import keep_freed_memory

def new_pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(2**18)  # two megabytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

told = keep_freed_memory()
first = new_pages()
print(told, first, new_pages())
"""


def test_memory_that_was_freed_is_used_again():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    told, _, second = done.stdout.split()
    if told == "False":
        pytest.skip("this C library cannot be told to keep memory")
    assert int(second) < 20
