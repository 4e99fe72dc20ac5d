"""The audit trail in words."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from support.web_app import make_app

from shared.kernel import N_, Labelled
from shared.web import trail
from shared.web.trail import TrailWords


class Post(Labelled):
    READER = "reader", N_("Menu")
    WRITER = "writer", N_("Writer")


HEX = "0193a5f0-0000-7000-8000-000000000001"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    made = make_app(None, tmp_path)
    made.extensions["trail"] = TrailWords(
        {"credit_approved": "Credit of %(amount)s approved", "declined": "Declined: %(cause)s"},
        {"reason": N_("Menu")},
        {"roles": Post, "cause": {"late": N_("Menu")}},
    )
    return made


def facts(app: Flask, action: str, detail: dict[str, Any]) -> list[tuple[str, str, str]]:
    with app.test_request_context():
        return list(trail.facts(action, detail))


def test_money_and_what_has_parts_is_written_for_people(app: Flask) -> None:
    amount = {"amount": "1200", "currency": "CNY"}
    found = facts(app, "other", {"amount": amount, "active": True, "lots": [{"rank": 1}, "b"]})
    assert [(name, value) for name, value, _full in found] == [
        ("Amount", "CNY\u00a01,200.00"),
        ("Active", "Yes"),
        ("Lots", "Rank: 1, b"),
    ]
    with app.test_request_context():
        said = trail.what("credit_approved", {"amount": amount})
        assert said == "Credit of CNY\u00a01,200.00 approved"
        assert trail.what("credit_approved", {}) == "Credit approved"
    assert facts(app, "credit_approved", {"amount": amount, "empty": None}) == []


def test_identifiers_are_short_and_labels_in_the_readers_language(app: Flask) -> None:
    assert facts(app, "x", {"credit_id": HEX}) == [("Credit id", "…00000001", HEX)]
    assert facts(app, "x", {"sha256": "ab" * 32}) == [("Sha256", "abababab…", "ab" * 32)]
    with app.test_request_context(), force_locale("zh_Hans"):
        assert list(trail.facts("x", {"reason": "a"})) == [("菜单", "a", "a")]


def test_parts_are_told_like_the_whole(app: Flask) -> None:
    bids = [{"rank": None, "roles": "reader", "at": "2026-11-22T09:00:00+00:00"}]
    assert facts(app, "x", {"bids": bids}) == [
        (
            "Bids",
            "Roles: Menu; At: Sun 22 Nov 2026, 09:00",
            "Roles: Menu; At: Sun 22 Nov 2026, 09:00",
        )
    ]


def test_what_is_recorded_as_a_key_is_told_by_its_word(app: Flask) -> None:
    found = facts(
        app, "x", {"roles": ["reader", "writer", "gone"], "cause": "late", "other": "late"}
    )
    assert [value for _name, value, _full in found] == ["Menu, Writer, gone", "Menu", "late"]
    with app.test_request_context(), force_locale("zh_Hans"):
        assert trail.what("declined", {"cause": "late"}) == "Declined: 菜单"
        assert [value for _, value, _ in trail.facts("x", {"roles": ["reader"]})] == ["菜单"]
