"""The validation page can be made anew, on any machine, by its script."""

import subprocess
import sys

from paths import ROOT

SCRIPT = ROOT / "validation" / "validate.py"


def test_the_script_writes_the_page_with_all_its_sections_and_figures(tmp_path):
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), "--replications", "2", "--halvings", "2", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    page = (tmp_path / "validation.md").read_text(encoding="utf-8")
    for section in ("1. Verification", "2. Fit", "3. Back-casts", "4. Face validity", "5. Forecast"):
        assert f"## {section}" in page
    assert "nan" not in page and "the same log, bit for bit" in page
    for name in ("weekdays", "ages", "stays"):
        assert f"images/validation_{name}.svg" in page
        assert (tmp_path / "images" / f"validation_{name}.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
