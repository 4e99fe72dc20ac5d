"""Long lists page by page, and tables as downloads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from support.database import Sessions
from support.web_app import make_app
from werkzeug.exceptions import BadRequest

from shared.messaging.heartbeat import worker_states as table
from shared.web.csv_export import csv_response, escaped
from shared.web.pagination import Part, decoded, encoded, page_size, paginate

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEYS = (table.c.turned_at, table.c.loop)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(None, tmp_path)


@pytest.fixture
def full(sessions: Sessions) -> Sessions:
    """Seven rows at three different times."""
    rows = [{"loop": f"r{n}", "turned_at": AT + timedelta(seconds=n // 3)} for n in range(7)]
    with sessions.begin() as session:
        session.execute(sa.insert(table), rows)
    return sessions


def part(sessions: Sessions, after: str, *, descending: bool) -> Part[str]:
    with sessions.begin() as session:
        return paginate(
            session, sa.select(table.c.loop), KEYS, str, after=after, limit=3, descending=descending
        )


@pytest.mark.parametrize("descending", [True, False])
def test_pages_hold_every_row_once(full: Sessions, descending: bool) -> None:
    seen, after, pages = [], "", 0
    while pages == 0 or after:
        found = part(full, after, descending=descending)
        seen += found.rows
        after, pages = found.after, pages + 1
    assert seen == sorted((f"r{n}" for n in range(7)), reverse=descending)
    assert pages == 3


def test_rows_added_in_front_do_not_move_the_rest(full: Sessions) -> None:
    first = part(full, "", descending=True)
    with full.begin() as session:
        session.execute(sa.insert(table).values(loop="new", turned_at=AT + timedelta(hours=1)))
    assert part(full, first.after, descending=True).rows == ["r3", "r2", "r1"]


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", encoded([1]), encoded([AT, "a", 1]), "🎈"])
def test_a_made_up_cursor_is_refused(app: Flask, cursor: str) -> None:
    with app.test_request_context(), pytest.raises(BadRequest):
        decoded(cursor, KEYS)


def test_a_cursor_of_other_types_is_refused(app: Flask, full: Sessions) -> None:
    with app.test_request_context(), pytest.raises(BadRequest):
        part(full, encoded(["nonsense", "r1"]), descending=True)


@pytest.mark.parametrize(
    ("text", "size"), [("50", 50), ("100", 100), ("1000", 25), ("x", 25), (None, 25), ("²", 25)]
)
def test_page_sizes_are_those_on_offer(text: str | None, size: int) -> None:
    assert page_size(text) == size


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        (-5, -5),
        (None, None),
    ],
)
def test_cells_cannot_be_formulas(cell: object, safe: object) -> None:
    assert escaped(cell) == safe


def test_a_download_opens_in_excel() -> None:
    answer = csv_response("Plans 2026", ["名称", "Sum"], [["a,b", 1], ['"', None]])
    assert answer.get_data() == '\ufeff名称,Sum\r\n"a,b",1\r\n"""",\r\n'.encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Plans_2026.csv"'
    assert answer.mimetype == "text/csv"
