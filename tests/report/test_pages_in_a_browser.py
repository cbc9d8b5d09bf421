"""Pages as a browser shows them: short on a phone, and nothing that axe calls serious. Skipped without a browser."""

import experiment_fixture as made
import pytest
from browser import axe_source, browser, seen

from flowsim.report.experiment.experiment_report import experiment_report

pytestmark = pytest.mark.skipif(browser() is None, reason="there is no Chromium on the path")
PHONE, DESK = 390, 1280
PIXELS, WORDS = 6000, 600  # of the first layer, on a phone


@pytest.fixture(scope="module")
def page() -> str:
    return experiment_report(made.one_at_a_time())


def test_the_first_layer_is_short_and_fits_a_phone(page):
    shown = seen(page, PHONE)
    assert shown["height"] < PIXELS
    assert shown["words"] - shown["words_in_figures"] < WORDS
    assert shown["width"] == PHONE
    assert 0 < shown["first_table"] <= PHONE


def test_axe_finds_nothing_serious(page):
    source = axe_source()
    if source is None:
        pytest.skip("there is no axe-core")
    for width in (PHONE, DESK):
        found = [problem for problem in seen(page, width, source)["axe"] if problem[0] in ("serious", "critical")]
        assert found == []
