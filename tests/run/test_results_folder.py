"""Whether results can be written, before any work is done."""

import pytest

from flowsim.run.failures import ResultsError
from flowsim.run.results_folder import check_writable, refuse_other_results, write_manifest


def test_trying_a_folder_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").mkdir()
    check_writable(tmp_path / "a")
    assert list((tmp_path / "a").iterdir()) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "a" / "b"):
        with pytest.raises(ResultsError) as caught:
            check_writable(out)
        assert str(caught.value).startswith(f"{out}: results cannot be written here: ")
        assert str(caught.value).endswith(f"{tmp_path / 'file'} is a file, not a folder")


def test_a_folder_that_nobody_chose_is_not_taken_from_other_results(tmp_path):
    folder = tmp_path / "results" / "city"
    folder.mkdir(parents=True)
    refuse_other_results(folder, [tmp_path / "harbour" / "city.yaml"])  # there is nothing yet
    write_manifest(folder, {"seed": 1}, [tmp_path / "harbour" / "city.yaml"])
    refuse_other_results(folder, [tmp_path / "hill" / ".." / "harbour" / "city.yaml"])
    with pytest.raises(ResultsError) as caught:
        refuse_other_results(folder, [tmp_path / "hill" / "city.yaml"])
    assert str(caught.value) == (
        f"{folder}: this folder holds the results of {tmp_path / 'harbour' / 'city.yaml'}, which would be replaced; "
        "choose another folder with --out, or move these results away"
    )


def test_results_that_are_moved_with_their_city_are_still_its_own(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "results" / "city").mkdir(parents=True)
    write_manifest(before / "results" / "city", {}, [before / "city.yaml"])
    before.rename(after)
    refuse_other_results(after / "results" / "city", [after / "city.yaml"])


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "no json"])
def test_a_folder_of_which_nothing_is_known_can_be_used(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    refuse_other_results(tmp_path, [tmp_path / "city.yaml"])
