"""How long a city-year takes is one figure, in one place, and every page names it."""

import importlib.util
import re
import sys

import pytest
from paths import ROOT

import flowsim
from flowsim.workflow import city_year

MARKED = re.compile(r"<!-- city-year -->(.*?)<!-- /city-year -->")


@pytest.fixture(scope="module")
def script():
    """The script that measures and writes it."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location("city_year_script", ROOT / "benchmarks" / "city_year.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.pop(0)
    return module


def test_every_page_names_the_same_figure():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {page.name: MARKED.findall(page.read_text(encoding="utf-8")) for page in pages}
    assert {"README.md", "performance.md"} <= {name for name, figures in named.items() if figures}
    assert {figure for figures in named.values() for figure in figures} == {str(city_year.CITY_YEAR_SECONDS)}


def test_its_days_are_those_of_the_shipped_city():
    config = flowsim.load_config(ROOT / "configs" / "sheffield_2016_17.yaml")
    assert config.run.days == city_year.CITY_YEAR_DAYS


def test_the_script_writes_the_figure_wherever_it_is_named(script, tmp_path):
    module, page = tmp_path / "city_year.py", tmp_path / "page.md"
    module.write_text((ROOT / "flowsim" / "workflow" / "city_year.py").read_text(encoding="utf-8"), encoding="utf-8")
    page.write_text("It takes <!-- city-year -->9<!-- /city-year --> seconds, and 9 more.\n", encoding="utf-8")
    script.write_figure(module, 0.21, 600)
    script.mark_pages([page], 0.21)
    spec = importlib.util.spec_from_file_location("written", module)
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    assert (written.CITY_YEAR_SECONDS, written.CITY_YEAR_DAYS) == (0.21, 600)
    assert page.read_text(encoding="utf-8") == (
        "It takes <!-- city-year -->0.21<!-- /city-year --> seconds, and 9 more.\n"
    )


def test_the_script_times_a_year(script):
    seconds, days = script.measured(1)
    assert 0 < seconds < 60
    assert days == city_year.CITY_YEAR_DAYS
