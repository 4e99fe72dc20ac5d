from werkzeug.datastructures import MultiDict

from shared.web.rows import MOST_ROWS, changed_rows, row_count

TYPED = {"title": "x", "lines-0-title": "a", "lines-1-title": "b", "lines-2-title": "c"}


def test_a_row_is_added_and_blank_rows_stay() -> None:
    form = MultiDict(TYPED | {"lines-3-title": "", "add": "lines", "csrf_token": "t"})
    values = changed_rows(form)
    assert row_count(values, "lines") == 5
    assert values["lines-2-title"] == "c" and "csrf_token" not in values


def test_a_row_is_removed_and_later_ones_move_up() -> None:
    values = changed_rows(MultiDict(TYPED | {"remove": "lines-1"}))
    assert values == {"title": "x", "lines-0-title": "a", "lines-1-title": "c"}


def test_rows_of_rows_move_with_theirs() -> None:
    form = {"sla-0-tiers-0-to": "1", "sla-1-tiers-0-to": "2", "sla-1-tiers-1-to": "3"}
    assert changed_rows(MultiDict(form | {"remove": "sla-0"})) == {
        "sla-0-tiers-0-to": "2",
        "sla-0-tiers-1-to": "3",
    }
    inner = changed_rows(MultiDict(form | {"remove": "sla-1-tiers-0"}))
    assert inner["sla-1-tiers-0-to"] == "3" and inner["sla-0-tiers-0-to"] == "1"


def test_the_count_is_at_least_one_and_never_absurd() -> None:
    assert row_count({}, "lines") == row_count(None, "lines") == 1
    assert row_count({"lines-999999999-title": "x"}, "lines") == MOST_ROWS


def test_several_answers_stay_several() -> None:
    form: MultiDict[str, str] = MultiDict([("invitees", "a"), ("invitees", "b"), ("remove", "x")])
    assert changed_rows(form) == {"invitees": ["a", "b"]}
