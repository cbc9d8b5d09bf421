"""Help answers at once: what takes long to import is imported by the commands that need it."""

import subprocess
import sys

import pytest

HEAVY = (
    *("numba", "pandas", "matplotlib", "scipy", "numpy", "pyarrow", "jinja2", "holidays", "simpy", "openpyxl"),
    *("pebble", "filelock", "distributed", "yaml"),
)
CODE = """
import sys
from flowsim.cli import main
try:
    main()
except SystemExit as ended:
    print("ended", ended.code, [name for name in {heavy} if name in sys.modules])
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["experiment", "--help"], ["new", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    command = [sys.executable, "-c", CODE.format(heavy=HEAVY), *arguments]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert printed.splitlines()[-1] == "ended 0 []"
