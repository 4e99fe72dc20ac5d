"""The summary of errors names the answer that each sentence is about."""

import pytest

from shared.web.summary import with_labels

SUMMARY = '<div class="t-errors" id="error-summary"><ul><li><a href="#{0}">{1}</a></li></ul></div>'


@pytest.mark.parametrize(
    "control",
    [
        '<label class="form-label" for="title">\n  Title\n</label><input id="title">',
        '<label class="form-label" for="title">Title <span>(optional)</span></label>',
        '<input class="form-control" id="title" name="title" aria-label="Title">',
        '<fieldset class="t-field" id="title" data-bad> <legend>Title</legend></fieldset>',
        '<div class="t-pad" id="title">\n<h3>Title</h3></div>',
        '<h2 id="title">Title</h2>',
    ],
)
def test_a_sentence_begins_with_the_label(control: str) -> None:
    page = SUMMARY.format("title", "This is needed.") + control
    assert '<a href="#title">Title: This is needed.</a>' in with_labels(page, ": ")


def test_a_row_is_named_too() -> None:
    page = SUMMARY.format("lots-1-title", "This is needed.") + (
        '<h3 id="lots-1">Lot 2</h3><label for="lots-1-title">Title</label>'
    )
    assert '<a href="#lots-1-title">Lot 2 – Title: This is needed.</a>' in with_labels(page, ": ")


def test_what_names_its_answer_already_stays() -> None:
    said = SUMMARY.format("lines-0-title", "Line 1: This is needed.")
    control = '<input id="lines-0-title" aria-label="Line 1: what it pays for">'
    assert with_labels(said + control, ": ") == said + control


@pytest.mark.parametrize("question", ["Which bid wins?", "哪份投标中标？"])
def test_a_question_is_no_name(question: str) -> None:
    said = SUMMARY.format("bid", "Choose the bid that wins.")
    control = f'<fieldset id="bid"><legend>{question}</legend></fieldset>'
    assert with_labels(said + control, ": ") == said + control


def test_a_clock_time_is_no_name() -> None:
    page = SUMMARY.format("at", "Such as T17:00.") + '<label class="form-label" for="at">At</label>'
    assert '<a href="#at">At: Such as T17:00.</a>' in with_labels(page, ": ")


def test_only_the_summary_changes() -> None:
    page = SUMMARY.format("gone", "No.") + '<nav><a href="#title">Up</a></nav><h2 id="title">T</h2>'
    assert with_labels(page, ": ") == page
