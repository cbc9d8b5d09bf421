"""The version of flowsim that is installed, and where its sources stand."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SOURCES = Path(__file__).parents[1]

try:
    VERSION = version("flowsim")
except PackageNotFoundError:  # run from a copy of the sources that was never installed
    VERSION = "0+unknown"
