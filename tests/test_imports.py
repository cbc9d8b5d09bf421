"""Data flows one way: between packages, inside the report, and between files; and every file has a name of its own."""

import ast
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from paths import ROOT

PACKAGE = ROOT / "flowsim"
PACKAGES = (
    *("config", "model", "engine", "measures", "run", "experiment", "calibration", "intake", "report", "workflow"),
    *("cli", "app"),
)
REPORT_FIRST = ("labels", "differences", "shared_tables", "page", "figures")  # what every report may use
REPORTS = ("city", "experiment", "calibration", "document")  # of which none uses another
SHARED_NAMES = {"__init__", "__main__"}
MOST_LINES = 450


def modules() -> dict[str, Path]:
    """Every file of the package by its dotted name; a package is its `__init__`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(name: str, path: Path) -> set[str]:
    """Which files of the package a file imports, anywhere in it: at the top, in functions, for type checkers only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            # What is imported is a file of its own, or stands in the file that is named.
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else str(node.module))
    return {module for module in found if module in MODULES and module != name}


IMPORTS = {name: imported(name, path) for name, path in MODULES.items()}


def wrong_way(order: list[str], part) -> list[str]:
    """Imports from what stands further right in an order; `part` names the place of a module in it, if it has one."""
    at = {name: position for position, name in enumerate(order)}
    return [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in sorted(others)
        if part(name) in at and part(other) in at and at[part(other)] > at[part(name)]
    ]


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_a_package_imports_only_from_packages_to_its_left():
    """Without the face of the package (`flowsim` itself), which shows what stands in several of them."""
    assert {package_of(name) for name in MODULES if name.count(".") > 1} <= set(PACKAGES)
    assert wrong_way(list(PACKAGES), package_of) == []


def test_a_report_uses_figures_and_labels_and_no_other_report():
    def part(module: str) -> str:
        return module.split(".")[2] if module.startswith("flowsim.report.") else ""

    first = {f"flowsim.report.{name}" for name in REPORT_FIRST}
    backwards = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in sorted(others)
        if part(name) in REPORT_FIRST and part(other) in REPORTS
    ]
    across = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in sorted(others)
        if part(name) in REPORTS and part(other) in REPORTS and part(name) != part(other)
    ]
    assert first <= set(MODULES)
    assert backwards == []
    assert across == []


def test_no_circle_of_files():
    """Every file can be read after those that it imports; an `__init__` counts where it is named."""
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle of imports: {' -> '.join(error.args[1][::-1])}") from None


def test_no_two_files_have_the_same_name():
    """So that a file can be named in a sentence; what Python itself names is left out."""
    names = Counter(path.stem for path in MODULES.values() if path.stem not in SHARED_NAMES)
    assert [name for name, count in names.items() if count > 1] == []


def test_a_file_has_one_subject_and_so_few_lines():
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
