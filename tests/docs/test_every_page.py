"""No page gives a command that no test runs."""

import re

import pytest
from pages import LEFT_TO_CI, blocks
from paths import ROOT

FOLLOWED = {"README.md", "CONTRIBUTING.md", "docs/howto.md"}  # and the tutorial, page by page
# Pages of which each command is tested in another place, and which.
ELSEWHERE = {
    "docs/calibration.md": "tests/cli/test_calibrate_command.py",
    "docs/performance.md": "benchmarks/",
    "docs/reference/command_line.md": "tests/cli/",
    "docs/stress_des.md": "tests/docs/test_readme.py",
}
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^(flowsim|python|dask|pip) ", re.MULTILINE)


def commands_of(page):
    found = [text for language, text in blocks(ROOT / page) if language in ("", "bash", "sh", "console")]
    return [line for text in found for line in text.splitlines() if COMMAND.match(line) and not LEFT_TO_CI.match(line)]


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)])
def test_every_command_of_every_page_is_run_by_a_test(page):
    assert page in FOLLOWED or page.startswith("docs/tutorial/") or (ROOT / ELSEWHERE[page]).exists()


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)])
def test_no_block_of_commands_needs_a_shell_of_one_system(page):
    """No pipes, variables, continued lines or comments: what the Command Prompt, PowerShell and a shell all know."""
    quick_start = page == "README.md"  # two commands of one line, with &&, which the page explains
    for line in commands_of(page):
        text = line.replace(" && ", " ") if quick_start else line
        assert not re.search(r"[|;$`\\#~<>&]|'", text), line


def test_every_python_block_with_a_name_is_a_whole_script():
    """It can be saved and run as it stands: it imports what it uses."""
    for page in PAGES:
        for language, text in blocks(ROOT / page):
            if language == "python" and text.startswith("# ") and ".py\n" in text.splitlines(keepends=True)[0]:
                compile(text, page, "exec")
                assert "import" in text, page


def test_every_script_whose_work_goes_to_workers_begins_it_as_the_main_module_alone():
    """Each worker imports the script again: see `tests/experiment/test_own_measure.py`."""
    scripts = [text for page in PAGES for language, text in blocks(ROOT / page) if language == "python"]
    begun = [text for text in scripts if re.search(r"^# \S+\.py\n", text) and "flowsim.run_experiment(" in text]
    assert len(begun) >= 3
    for text in begun:
        assert "flowsim.run_experiment(" not in text.split('if __name__ == "__main__":')[0]
