"""The Word summary and the slides: the sentences and figures of the report, on two pages and six slides."""

import io
from dataclasses import replace

import docx
import pptx
import pytest
from experiment_fixture import alone, factorial, grid, one_at_a_time, with_gaps

from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.experiment_brief import experiment_brief
from flowsim.report.experiment.results_view import View
from flowsim.report.office.summary_files import summary_files
from flowsim.report.office.text_room import as_many_as_fit, points_high, sentences_of

KINDS = [one_at_a_time, factorial, grid, with_gaps, alone]
A4_POINTS = (29.7 - 2 * 1.8) * 72 / 2.54  # the height of a page between its margins
WIDTH_POINTS = (21.0 - 2 * 1.8) * 72 / 2.54


@pytest.fixture(scope="module", params=KINDS, ids=lambda make: make.__name__)
def made(request):
    view = View(request.param())
    word, slides = summary_files(experiment_brief(view))
    return view, docx.Document(io.BytesIO(word)), pptx.Presentation(io.BytesIO(slides))


def high(document):
    """How high a document is, by a rule: each paragraph and cell by its letters, each picture as it says."""
    text = sum(
        points_high(p.text, max(run.font.size.pt if run.font.size else 13 for run in p.runs), WIDTH_POINTS) + 5
        for p in document.paragraphs
        if p.text
    )
    pictures = sum(shape.height.pt for shape in document.inline_shapes)
    tables = sum(
        max(points_high(cell.text, 9, cell.width.pt - 12) for cell in row.cells)
        for table in document.tables
        for row in table.rows
    )
    return text + pictures + tables


def test_the_summary_fits_on_two_pages(made):
    _, document, _ = made
    assert high(document) < 2 * A4_POINTS
    assert len(" ".join(p.text for p in document.paragraphs).split()) < 700


def test_there_are_six_slides_as_wide_as_a_screen(made):
    _, _, slides = made
    assert len(slides.slides) == 6
    assert slides.slide_width / slides.slide_height == pytest.approx(16 / 9, rel=1e-3)
    assert all(slide.shapes.title.text for slide in slides.slides)


def test_no_shape_leaves_its_slide(made):
    _, _, slides = made
    for slide in slides.slides:
        for shape in slide.shapes:
            assert min(shape.left, shape.top) >= 0
            assert shape.left + shape.width <= slides.slide_width
            assert shape.top + shape.height <= slides.slide_height


def test_they_say_what_the_report_says(made):
    view, document, slides = made
    found = answer(view)
    paragraphs = [p.text for p in document.paragraphs]
    assert found.headline in paragraphs
    assert " ".join(found.sentences) in paragraphs
    on_slides = [
        p.text for slide in slides.slides for s in slide.shapes if s.has_text_frame for p in s.text_frame.paragraphs
    ]
    assert found.headline in on_slides
    assert set(found.sentences) <= set(on_slides)
    for question, text in found.points:
        head = question if question.endswith("?") else f"{question}:"
        (said,) = [line for line in paragraphs if line.startswith(f"{head} ")]
        whole = f"{head} {text}"
        assert whole.startswith(said)  # whole sentences, as many as fit


def test_every_picture_says_what_it_shows(made):
    _, document, slides = made
    for shape in document.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 20
    pictures = [
        s for slide in slides.slides for s in slide.shapes if s.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE
    ]
    assert all(len(p._element.nvPicPr.cNvPr.get("descr")) > 20 for p in pictures)


def test_figures_are_those_of_the_report():
    _, document, slides = summaries(one_at_a_time())
    assert len(document.inline_shapes) == 2
    kinds = [[s.shape_type for s in slide.shapes] for slide in slides.slides]
    assert [pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE in kind for kind in kinds] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def summaries(results, **changes):
    brief = replace(experiment_brief(View(results)), **changes)
    word, slides = summary_files(brief)
    return brief, docx.Document(io.BytesIO(word)), pptx.Presentation(io.BytesIO(slides))


def test_a_long_answer_is_cut_at_a_sentence_and_still_fits():
    long = [(f"Point {i}", "This is a sentence of the answer. " * 40) for i in range(12)]
    _, document, slides = summaries(one_at_a_time(), points=long)
    assert high(document) < 2 * A4_POINTS
    shown = [p.text for p in document.paragraphs if p.text.startswith("Point")]
    assert 0 < len(shown) < 12
    assert all(text.rstrip().endswith("answer.") for text in shown)
    box = slides.slides[4].shapes[-1].text_frame
    width = slides.slides[4].shapes[-1].width.pt
    assert sum(points_high(p.text, 12, width) + 8 for p in box.paragraphs) <= slides.slides[4].shapes[-1].height.pt


def test_the_files_are_in_british_english_and_of_the_day_of_the_run():
    manifest = {**one_at_a_time().manifest, "started": "2026-11-28T18:30:29+00:00"}
    _, document, slides = summaries(replace(one_at_a_time(), manifest=manifest))
    assert {part.get(docx.oxml.ns.qn("w:val")) for part in document.styles.element.iter(docx.oxml.ns.qn("w:lang"))} == {
        "en-GB"
    }
    for about in (document.core_properties, slides.core_properties):
        assert (about.language, str(about.created)[:19], about.author) == ("en-GB", "2026-11-28 18:30:29", "flowsim")
    languages = {run.get("lang") for slide in slides.slides for run in slide._element.iter("{*}rPr")}
    assert languages == {"en-GB"}
    assert any(p.text.endswith("Run on 28 November 2026.") for p in document.paragraphs)


def test_the_same_results_give_the_same_files():
    brief = experiment_brief(View(factorial()))
    assert summary_files(brief) == summary_files(brief)


def test_the_table_has_at_most_six_columns_and_a_header_that_is_repeated(made):
    _, document, _ = made
    for table in document.tables:
        assert len(table.columns) <= 6
        assert table.rows[0]._tr.trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None


def test_a_sentence_ends_where_the_next_one_begins():
    assert sentences_of("It falls by 1.5 points. “Home” helps (e.g. most). It does.") == [
        "It falls by 1.5 points.", "“Home” helps (e.g. most).", "It does.",
    ]  # fmt: skip


def test_only_whole_sentences_are_kept():
    width = points_high("x", 10, 1000) * 100
    one_line = points_high("x", 10, width)
    texts = ["One sentence. Another sentence.", "A third."]
    assert as_many_as_fit(texts, 10 * one_line, 10, width, 0) == texts
    assert as_many_as_fit(texts, one_line, 10, width, 0) == texts[:1]
    assert as_many_as_fit(texts, one_line / 2, 10, width, 0) == []
