"""The lowest versions that are permitted are those that are tried."""

import re
import tomllib

from paths import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def numbers(version):
    """Return a version without the zeros at its end: 1.26 and 1.26.0 are the same."""
    parts = [int(part) for part in version.split(".")]
    while parts[-1] == 0:
        parts.pop()
    return parts


def versions(lines, sign):
    return {name: numbers(version) for name, version in (line.split(sign) for line in lines)}


def test_what_is_tried_is_the_lower_bound_of_every_dependency():
    tried = (ROOT / ".ci" / "lowest.txt").read_text(encoding="utf-8").split()
    assert versions(tried, "==") == versions(PYPROJECT["project"]["dependencies"], ">=")


def test_the_oldest_python_of_the_classifiers_is_the_one_that_is_required():
    named = [re.search(r"Python :: (3\.\d+)$", line) for line in PYPROJECT["project"]["classifiers"]]
    pythons = [found[1] for found in named if found]
    assert PYPROJECT["project"]["requires-python"] == f">={pythons[0]}"
    assert pythons == sorted(pythons, key=numbers)


def test_the_short_suite_reaches_every_package():
    suite = (ROOT / ".ci" / "short_suite").read_text(encoding="utf-8").split()
    assert all((ROOT / path.partition("::")[0]).exists() for path in suite)
    packages = {path.name for path in (ROOT / "flowsim").iterdir() if (path / "__init__.py").is_file()}
    assert {path.split("/")[1] for path in suite} >= packages
