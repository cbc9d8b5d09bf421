"""Who imports whom: one way through the packages, no circle of files, and file names that can be spoken of.

Imports within functions and those for type checkers alone count too.
"""

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest
from paths import ROOT

PACKAGES = [
    *("config", "model", "engine", "measures", "run", "experiment", "calibration", "report", "workflow", "cli"),
]
SHARED_BY_REPORTS = ["figures", "office"]  # figures imports from none of the parts, office from figures alone
PARTS_OF_REPORT = [*SHARED_BY_REPORTS, "city", "experiment", "calibration", "document"]
FILES = sorted(path for path in (ROOT / "flowsim").rglob("*.py"))
LINES_AT_MOST = 450


@pytest.fixture(scope="module")
def imports():
    """Every module of the package, with the modules of the package that it imports."""
    graph = grimp.build_graph("flowsim", exclude_type_checking_imports=False, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_no_file_imports_what_is_slow_and_seldom_needed_before_it_is_needed():
    """Every worker process and every command imports its files: with scipy.stats it takes half as long again."""
    early = re.compile(r"^(from scipy\.stats import|import scipy\.stats|from scipy import .*\bstats\b)", re.MULTILINE)
    assert [path.name for path in FILES if early.search(path.read_text(encoding="utf-8"))] == []


def test_no_circle_of_files(imports):
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_a_package_imports_only_from_packages_before_it(imports):
    def place(module):
        package = f"{module}.".split(".")[1]
        return PACKAGES.index(package) if package in PACKAGES else None

    backwards = [
        f"{module} imports {imported}"
        for module, all_imported in imports.items()
        for imported in all_imported
        if None not in (place(module), place(imported)) and place(imported) > place(module)
    ]
    assert not backwards
    folders = {path.parent.name for path in FILES if path.parent.parent == ROOT / "flowsim"}
    assert folders == set(PACKAGES)


def test_parts_of_the_report_share_figures_office_and_what_stands_above_them(imports):
    def part(module):
        names = module.split(".")
        return names[2] if names[1:2] == ["report"] and names[2:] and names[2] in PARTS_OF_REPORT else ""

    def allowed(module):
        own = part(module)
        before = SHARED_BY_REPORTS[: SHARED_BY_REPORTS.index(own)] if own in SHARED_BY_REPORTS else SHARED_BY_REPORTS
        return {"", own, *before}

    strange = [
        f"{module} imports {imported}"
        for module, all_imported in imports.items()
        for imported in all_imported
        if module.startswith("flowsim.report.") and part(imported) not in allowed(module)
    ]
    assert not strange


def test_a_file_name_stands_for_one_file():
    # A design and its report share a name, by which the one finds the other.
    of_designs = ROOT / "flowsim" / "report" / "experiment" / "designs"
    names = Counter(path.name for path in FILES if path.parent != of_designs)
    assert [name for name, times in names.items() if times > 1] == ["__init__.py"]


def test_a_file_has_one_subject_and_stays_short():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LINES_AT_MOST} == {}
