"""Every link of every page leads somewhere: to a file of the repository, and to a heading of it."""

import re

import pytest
from pages import BLOCK
from paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "results" / "README.md"])
LINK = re.compile(r"(?<=\]\()(?!\w+:)([^)\s#]*)(?:#([^)\s]*))?(?=\))")


def headings(page):
    """The anchors of a page, as a git host and the site make them."""
    titles = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for path, anchor in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8"))):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{path} is not there"
        if anchor:
            assert anchor in headings(target), f"{path} has no heading #{anchor}"


def test_the_pages_that_people_begin_with_are_among_them():
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/tutorial/index.md"} <= names
