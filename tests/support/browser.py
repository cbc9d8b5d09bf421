"""A page in a browser, as its reader has it: how long it is, how many words it shows, and what axe finds wrong.

It needs Chromium on the path. `axe_source` also needs axe-core: that of a package which brings it
(``pip install --no-deps axe-playwright-python``), or a file that the variable ``AXE_CORE`` names.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from html import escape, unescape
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run")
_SECONDS = 120
_MEASURE = """
const frame = document.getElementById("page"), page = frame.contentDocument;
const words = text => text.split(/\\s+/).filter(word => /[\\p{L}\\p{N}]/u.test(word)).length;
const inFigures = [...page.querySelectorAll("svg")].filter(svg => svg.checkVisibility())
    .map(svg => words([...svg.querySelectorAll("text")].map(text => text.textContent).join(" ")));
const found = {
    height: page.documentElement.scrollHeight, width: page.documentElement.scrollWidth,
    words: words(page.body.innerText), words_in_figures: inFigures.reduce((a, b) => a + b, 0),
    first_table: Math.max(0, ...[...page.querySelectorAll("table.first")].map(t => t.getBoundingClientRect().right)),
};
const done = () => { document.getElementById("found").textContent = JSON.stringify(found); };
"""
_AXE = """
for (const part of page.querySelectorAll("details")) part.open = true;
frame.contentWindow.eval(document.getElementById("axe").textContent);
frame.contentWindow.axe.run(page, {resultTypes: ["violations"]}).then(result => {
    found.axe = result.violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]); done();
});
"""


def browser() -> str | None:
    """The browser, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def axe_source() -> str | None:
    """The source of axe-core, if it is there."""
    named = os.environ.get("AXE_CORE")
    specs = [importlib.util.find_spec(name) for name in ("axe_playwright_python", "axe_core_python")]
    files = [Path(named)] if named else []
    files += [Path(spec.origin).parent / "axe.min.js" for spec in specs if spec and spec.origin]
    return next((file.read_text(encoding="utf-8") for file in files if file.exists()), None)


def seen(page: str, width: int, axe: str | None = None) -> dict:
    """Return what a browser of some width shows of a page: see `_MEASURE`; with axe, what it finds when all is open.

    The page stands in a frame of that width: a window of a browser cannot be as narrow as a phone.
    """
    frame = f'<iframe id="page" style="border:0;width:{width}px;height:844px" srcdoc="{escape(page)}"></iframe>'
    script = f'<script type="text/plain" id="axe">{axe.replace("</script", "")}</script>' if axe else ""
    run = f"<script>window.onload = () => {{{_MEASURE}{_AXE if axe else 'done();'}}};</script>"
    outer = f'<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre>{frame}{script}{run}'
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outer.html"
        file.write_text(outer, encoding="utf-8")
        # Scrollbars take room that a phone does not give them.
        options = [*_OPTIONS, "--hide-scrollbars", f"--user-data-dir={folder}/profile", "--virtual-time-budget=60000"]
        command = [browser() or BROWSERS[0], *options, "--window-size=1400,1000", "--dump-dom", file.as_uri()]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    match = re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)
    assert match and match[1], "the browser showed nothing"
    return json.loads(unescape(match[1]))
