"""The site is built from the pages without a warning, and needs no other host to be read."""

import re
import subprocess
import sys
import time

import pytest
import yaml
from paths import ROOT

pytest.importorskip("mkdocs", reason="mkdocs is not installed: python -m pip install '.[docs]'")
pytest.importorskip("mkdocstrings", reason="mkdocstrings is not installed: python -m pip install '.[docs]'")

LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"([^\"]+)\"|<link\b[^>]*\bhref=\"([^\"]+)\"")
KINDS = ["Tutorial", "How-to", "Background", "Reference"]
SECONDS = 60


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    started = time.monotonic()
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    assert time.monotonic() - started < SECONDS
    return folder


def test_the_site_has_the_four_kinds_of_documentation(site):
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert [next(iter(part)) for part in settings["nav"]][1:] == KINDS
    home = (site / "index.html").read_text(encoding="utf-8")
    for kind in KINDS:
        assert kind in home


def test_no_page_loads_a_file_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        for found in LOADED.findall(page.read_text(encoding="utf-8")):
            address = found[0] or found[1]
            assert not re.match(r"(\w+:)?//", address), f"{page.name} loads {address}"


def test_every_file_that_a_page_loads_or_links_to_is_in_the_site(site):
    for page in site.rglob("*.html"):
        if page.name == "404.html":  # it may be shown in any folder, so its addresses begin at the root
            continue
        for address in re.findall(r"(?:src|href)=\"(?!\w+:|#)([^\"#?]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / address).exists(), f"{page.relative_to(site)} leads to {address}"


def test_the_interface_of_python_is_described(site):
    import flowsim

    page = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in flowsim.__all__:
        if name != "__version__":
            assert f'id="flowsim.{name}"' in page, f"flowsim.{name} is not in docs/reference/python.md"
