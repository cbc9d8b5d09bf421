"""What the terminal, or the file in its place, cannot take does not undo the work that was done."""

import io
import os
import subprocess
import sys

import pytest

from flowsim.cli.terminal import degrade_what_cannot_be_shown


def run(*arguments, code="from flowsim.cli import main; main()", **options):
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=False, **options)


@pytest.fixture
def lodz(tiny_city):
    text = tiny_city.read_text(encoding="utf-8").replace("Tiny city", "Łódź – ± 5")
    tiny_city.write_text(text, encoding="utf-8")
    return tiny_city


def shown_on(code_page, *arguments):
    ended = run(*arguments, env=os.environ | {"PYTHONIOENCODING": code_page}, capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode(code_page)
    return ended.stdout.decode(code_page)


@pytest.mark.parametrize(
    ("code_page", "name"), [("cp1252", "?ód? – ± 5"), ("cp437", "?ód? - ± 5"), ("utf-8", "Łódź – ± 5")]
)
def test_every_code_page_shows_what_it_can(lodz, code_page, name):
    assert name in shown_on(code_page, "check", lodz)


def test_files_have_every_character_whatever_the_code_page_of_the_terminal(lodz, tmp_path):
    out = tmp_path / "results"
    assert "??d? - +/- 5" in shown_on("ascii", "run", lodz, "--workers", 1, "--replications", 1, "--out", out)
    assert "Łódź" in (out / "report.html").read_text(encoding="utf-8")
    assert "Łódź" in (out / "manifest.json").read_text(encoding="utf-8")


def test_a_character_that_a_code_page_lacks_is_written_in_another_way(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    degrade_what_cannot_be_shown()
    print("3 ± 1, 5–7, £2, 4 × 5 → …, “x”, 漢")
    stream.flush()
    assert stream.buffer.getvalue().decode().strip() == '3 +/- 1, 5-7, GBP 2, 4 x 5 -> ..., "x", ?'


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")  # noqa: PTH110
def test_a_full_disk_in_place_of_the_terminal_is_said_and_no_traceback(tiny_city):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ended = run("check", tiny_city, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (
        2,
        "cannot be written or read: no space left on device",
    )
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end in another way there")
def test_a_reader_who_has_seen_enough_is_no_internal_error(tiny_city):
    reader, writer = os.pipe()
    os.close(reader)
    ended = run("check", tiny_city, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "internal error" not in ended.stderr


def test_a_folder_that_cannot_be_written_is_said_before_any_work(tiny_city, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    ended = run("run", tiny_city, "--out", tmp_path / "file" / "results", capture_output=True, text=True)
    assert ended.returncode == 2
    assert "results cannot be written here" in ended.stderr
    assert "Traceback" not in ended.stderr
