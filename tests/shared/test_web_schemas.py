"""What people type becomes data, or a sentence that says what to type."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask_babel import force_locale, lazy_gettext
from marshmallow import ValidationError, fields, validate
from support.actors import staff
from support.web_app import LotForm, PlanForm, make_app
from werkzeug.datastructures import MultiDict

from shared.kernel import Money
from shared.web import fields as own
from shared.web.forms import form_errors, form_fields, form_values
from shared.web.schemas import Form


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(None, tmp_path)


def load(app: Flask, schema: Form, data: Any) -> Any:
    with app.test_request_context():
        g.actor = staff("buyer")  # lives in Shanghai
        return schema.load(data)


def faults(app: Flask, schema: Form, data: Any, locale: str = "en") -> dict[str, str]:
    with app.test_request_context(), force_locale(locale):
        g.actor = staff("buyer")
        with pytest.raises(ValidationError) as error:
            schema.load(data)
    return form_errors(error.value.messages_dict)


def test_rows_of_a_form_become_lists() -> None:
    form = MultiDict(
        [
            ("csrf_token", "x"),
            ("title", " Plan "),
            ("empty", " "),
            ("tags", "a"),
            ("tags", "b"),
            ("lots-0-title", "One"),
            ("lots-0-estimate", ""),
            ("lots-2-title", "Three"),
            ("lots-10-title", "Eleven"),
            ("lots-5-title", ""),
        ]
    )
    assert form_fields(form) == {
        "title": "Plan",
        "tags": ["a", "b"],
        "lots": [{"title": "One"}, {"title": "Three"}, {"title": "Eleven"}],
    }
    assert form_values(form)["lots-1-title"] == "Three"


def test_other_names_stay_as_they_are() -> None:
    form = MultiDict([("grade-01890f3e-7b1a-7c1e-8000-000000000001", "5"), ("a-b", "1")])
    assert form_fields(form) == dict(form)


@pytest.mark.parametrize("names", [("a", "a-0-b"), ("a-0-b", "a"), ("a-0", "a-0-b"), ("-", "--")])
def test_names_that_contradict_each_other_do_no_harm(names: tuple[str, str]) -> None:
    assert isinstance(form_fields(MultiDict([(name, "1") for name in names])), dict)


def test_a_form_and_json_load_alike(app: Flask) -> None:
    form = MultiDict([("title", "P"), ("tags", "a"), ("lots-0-title", "One"), ("unknown", "x")])
    body = {"title": "P", "tags": ["a"], "lots": [{"title": "One"}], "unknown": "x", "currency": ""}
    wanted = {"title": "P", "tags": ["a"], "lots": [{"title": "One"}]}
    assert load(app, PlanForm(), form) == load(app, PlanForm(), body) == wanted


def test_errors_carry_the_names_of_the_inputs(app: Flask) -> None:
    form = MultiDict(
        [("lots-0-title", "One"), ("lots-1-title", "x" * 21), ("lots-2-estimate", "1")]
    )
    assert faults(app, PlanForm(), form) == {
        "title": "This is needed.",
        "lots-1-title": "Give at most 20.",
        "lots-2-title": "This is needed.",
    }


def test_errors_speak_chinese(app: Flask) -> None:
    form = MultiDict([("lots-0-title", "x" * 21), ("price", "1.234"), ("currency", "CNY")])
    assert faults(app, PlanForm(), form, "zh_Hans") == {
        "title": "此项必填。",
        "lots-0-title": "至多 20 个。",
        "price": "小数不得超过 2 位。",
    }


def test_lazy_sentences_stay_whole(app: Flask) -> None:
    class Lazy(Form):
        a = fields.Integer(required=True, error_messages={"required": lazy_gettext("Menu")})  # type: ignore[dict-item]  # a lazy string
        b = fields.String(validate=validate.OneOf(["x"], error="No."))

    assert faults(app, Lazy(), {"b": "y"}, "zh_Hans") == {"a": "菜单", "b": "No."}


@pytest.mark.parametrize(
    "text",
    ["12.345", "1,00", "0,950", "1,000 000", "1,5", "1e3", "NaN", "Infinity", "", " ", "1.", "--1"],
)
def test_an_amount_is_refused_rather_than_rounded(app: Flask, text: str) -> None:
    assert faults(app, LotForm(), {"title": "a", "estimate": text or None})["estimate"]


@pytest.mark.parametrize(
    "text",
    [
        "1,234,567.5",
        "1 234 567.5",
        "1\u00a0234\u00a0567.5",
        "1，234，567.5",
        "１２３４５６７．５",
        "1234567.5",
    ],
)
def test_a_number_may_be_written_as_pages_print_it(app: Flask, text: str) -> None:
    assert load(app, LotForm(), {"title": "a", "estimate": text})["estimate"] == Decimal(
        "1234567.5"
    )


def test_what_machines_send_has_no_groups(app: Flask) -> None:
    class Line(Form):
        value = own.Amount(grouped=False)

    assert faults(app, Line(), {"value": "1,000"})


@pytest.mark.parametrize(
    ("places", "most", "words"),
    [
        (2, None, "Write a number such as 1234.50."),
        (1, Decimal(5), "Write a number such as 4.5."),
        (2, Decimal(100), "Write a number such as 12.50."),
        (4, Decimal(1), "Write a number such as 0.50."),
        (0, Decimal(100), "Write a number such as 12."),
    ],
)
def test_examples_fit_the_field(app: Flask, places: int, most: Decimal | None, words: str) -> None:
    class Line(Form):
        value = own.Amount(places=places, most=most)

    assert faults(app, Line(), {"value": "x"}) == {"value": words}
    load(app, Line(), {"value": words.split()[-1].rstrip(".")})


def test_one_digit_is_no_plural(app: Flask) -> None:
    class Line(Form):
        value = own.Amount(places=1)

    assert faults(app, Line(), {"value": "1.25"}) == {"value": "At most one decimal place."}


@pytest.mark.parametrize("value", [1.5, True, [], {}])
def test_an_amount_is_text(app: Flask, value: object) -> None:
    assert faults(app, LotForm(), {"title": "a", "estimate": value})["estimate"]


def test_amounts_and_money(app: Flask) -> None:
    assert load(app, LotForm(), {"title": "a", "estimate": 12})["estimate"] == Decimal(12)
    money = load(app, PlanForm(), {"title": "a", "price": "0.10", "currency": "EUR"})["price"]
    assert money == Money(Decimal("0.10"), "EUR")
    whole = {"title": "a", "price": {"amount": "12", "currency": "JPY"}}
    assert load(app, PlanForm(), whole)["price"] == Money(Decimal(12), "JPY")
    assert PlanForm().dump({"price": money})["price"] == {"amount": "0.10", "currency": "EUR"}
    assert faults(app, PlanForm(), {"title": "a", "price": "1.5", "currency": "JPY"}) == {
        "price": "Write a whole number."
    }
    assert "currencies" in faults(app, PlanForm(), {"title": "a", "price": "1"})["price"]


def test_unit_prices_may_have_six_digits_and_bounds(app: Flask) -> None:
    class Line(Form):
        price = own.Amount(places=6, least=Decimal(0), most=Decimal(9))

    assert load(app, Line(), {"price": "0.000001"})["price"] == Decimal("0.000001")
    assert faults(app, Line(), {"price": "-1"}) == {"price": "At least 0."}
    assert faults(app, Line(), {"price": "9.1"}) == {"price": "At most 9."}


@pytest.mark.parametrize(
    ("data", "utc"),
    [
        ({"starts_at": "2026-11-27T17:00"}, datetime(2026, 11, 27, 9, tzinfo=UTC)),
        (
            {"starts_at": "2026-11-27T17:00", "time_zone": "Europe/Berlin"},
            datetime(2026, 11, 27, 16, tzinfo=UTC),
        ),
        ({"starts_at": "2026-11-27T17:00+02:00"}, datetime(2026, 11, 27, 15, tzinfo=UTC)),
        ({"starts_at": "2026-11-27T17:00Z"}, datetime(2026, 11, 27, 17, tzinfo=UTC)),
        (
            {"starts_at": "2026-10-25T02:30", "time_zone": "Europe/Berlin"},
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_wall_clock_is_read_in_its_zone(app: Flask, data: dict[str, str], utc: datetime) -> None:
    class Meeting(Form):
        starts_at = own.LocalDateTime(zone_from="time_zone")
        time_zone = own.Zone()

    assert load(app, Meeting(), data)["starts_at"] == utc


def test_times_that_do_not_exist_are_refused(app: Flask) -> None:
    class Meeting(Form):
        at = own.LocalDateTime(zone_from="zone")
        zone = own.Zone()

    skipped = {"at": "2026-03-29T02:30", "zone": "Europe/Berlin"}
    assert "skip" in faults(app, Meeting(), skipped)["at"]
    assert "such as" in faults(app, Meeting(), {"at": "tomorrow"})["at"]
    assert "Asia/Shanghai" in faults(app, Meeting(), {"zone": "../etc"})["zone"]
