"""The gate knows English words on a Chinese page from names that people gave."""

from support import wording


def test_words_of_the_catalogues_are_found() -> None:
    shown = ["登录", " Sign\n  in ", "Huayun Services", "Kundendienst", "CNY 12.00"]
    assert list(wording.english(shown)) == ["Sign in"]


def test_a_sentence_with_something_filled_in_is_found() -> None:
    shown = ["Allowed by 王芳", "第 3 版", "3 answers need your attention", "由王芳批准"]
    assert list(wording.english(shown)) == ["3 answers need your attention"]


def test_a_sentence_inside_of_other_words_is_found() -> None:
    assert list(wording.english(["提示：Skip to the content"])) == ["提示：Skip to the content"]


def test_what_was_not_filled_in_is_found() -> None:
    shown = ["%(count)s left", "{{ name }}", "undefined", "[object Object]", "90 %", "None"]
    assert list(wording.raw(shown)) == shown[:4]
