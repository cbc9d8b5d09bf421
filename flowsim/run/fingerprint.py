"""What decides a result, as hashes: the configuration, the sources of flowsim, and the versions of libraries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.config.version import SOURCES, VERSION

# Packages, and files of this one, that turn a configuration into results. A test derives them from what a run imports.
DECIDING_SOURCES = (
    *("config", "model", "engine", "measures"),
    *("run/failures.py", "run/fingerprint.py", "run/packing.py", "run/simulate.py", "run/tasks.py"),
)
DECIDING_PACKAGES = ("numpy", "scipy", "pandas", "numba", "simpy", "pydantic", "holidays")


def configuration(config: CityConfig) -> dict[str, Any]:
    """Return a resolved configuration as plain data, from which it can be made again."""
    return config.model_dump(mode="json", by_alias=True, round_trip=True)


def configuration_hash(resolved: Mapping[str, Any]) -> str:
    """Return the hash of a resolved configuration."""
    # The order of streams and services matters to a run, and so the text is hashed as it stands.
    text = json.dumps(resolved, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@cache
def software() -> str:
    """Return a fingerprint of what turns a configuration into results: our sources, and the libraries' versions.

    Raises
    ------
    FileNotFoundError
        If one of `DECIDING_SOURCES` is not there: a source that is left out would let old results pass for new ones.
    """
    root = SOURCES
    digest = sha256(VERSION.encode())
    for path in _deciding_files(root):
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    for package in DECIDING_PACKAGES:
        digest.update(f"\n{package} {version(package)}".encode())
    return digest.hexdigest()


def _deciding_files(root: Path) -> Iterator[Path]:
    for name in DECIDING_SOURCES:
        place = root / name
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        if not files:
            raise FileNotFoundError(f"{place}: there is no such source; correct DECIDING_SOURCES in {__name__}")
        yield from files
