"""What logging brings into a process, and what it leaves outside."""

import errno
import io
import json
import logging as stdlib_logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from uuid import UUID

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from support.database import Sessions

from shared import db, logging
from shared.telemetry import Cause, cause


def imported_by(program: str) -> set[str]:
    """The modules of a fresh interpreter that has run `program`."""
    asked = [sys.executable, "-c", f"import sys\n{program}\nprint(*sys.modules)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["gateway.edge", "shared.worker"])
def test_a_process_that_logs_json_does_not_load_rich(module: str) -> None:
    loaded = imported_by(f"import {module}")
    assert "structlog" in loaded
    assert not {name for name in loaded if name.partition(".")[0] == "rich"}


def test_who_wants_rich_finds_it() -> None:
    after = imported_by("import shared.logging\nimport rich.console")
    before = imported_by("import rich.console\nimport shared.logging")
    assert "rich.console" in after & before


@contextmanager
def configured(into: io.StringIO | None = None) -> Iterator[io.StringIO]:
    """Logging as in a process of ours, and what it writes."""
    root = stdlib_logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with redirect_stdout(into or io.StringIO()) as out:
        logging.configure("test")
    try:
        yield out
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


def test_our_lines_and_those_of_libraries_have_one_shape() -> None:
    with configured() as out:
        with sent_for(Cause("the request")):
            logging.get_logger("ours").info("Told", path="/招标", it=UUID(int=1))
            stdlib_logging.getLogger("theirs").warning("said %s", 1)
        logging.get_logger("ours").debug("nobody asked")
    ours, theirs = (json.loads(line) for line in out.getvalue().splitlines())
    said_by_all = {"process": "test", "correlation_id": "the request"}
    assert ours.pop("timestamp").endswith("Z") and theirs.pop("timestamp").endswith("Z")
    it = "UUID('00000000-0000-0000-0000-000000000001')"
    assert ours == {"event": "Told", "level": "info", "path": "/招标", "it": it} | said_by_all
    assert theirs == {"event": "said 1", "level": "warning"} | said_by_all
    assert "招标" in out.getvalue()


class Full(io.StringIO):
    """What a full disk says when a line is flushed."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("closed", [False, True])
def test_nothing_fails_because_its_log_cannot_be_written(
    closed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    out = Full()
    if closed:
        out.close()
    with configured(out):
        for name in ("one", "another"):
            logging.get_logger(name).info("Told")
            logging.get_logger(name).error("Told")
        assert capsys.readouterr().err.count("The log cannot be written: ") == 1


@contextmanager
def sent_for(why: Cause) -> Iterator[None]:
    before = cause.set(why)
    yield
    cause.reset(before)


Work = Callable[[sa.orm.Session], None]
SEALED = "price 98765.43"


def duplicate(session: sa.orm.Session) -> None:
    """PostgreSQL says in its DETAIL which key was there already."""
    for _ in range(2):
        session.execute(sa.insert(db.numbers).values(prefix=SEALED, year=2026, last=1))


def overflow(session: sa.orm.Session) -> None:
    """SQLAlchemy says in its text what was to be written."""
    session.execute(insert(db.numbers).values(prefix=SEALED, year=10**12, last=1))


def unreadable(session: sa.orm.Session) -> None:
    """PostgreSQL says in its first line which text it cannot read."""
    session.execute(sa.text("SELECT CAST(:it AS integer)"), {"it": SEALED})


def fail(sessions: Sessions, work: Work) -> None:
    try:
        with sessions.begin() as session:
            work(session)
    except sa.exc.DBAPIError as error:
        raise RuntimeError("around it") from error


@pytest.mark.parametrize(
    ("work", "state"), [(duplicate, "23505"), (overflow, "22003"), (unreadable, "22P02")]
)
@pytest.mark.parametrize("by", ["us", "a library"])
def test_errors_of_the_database_are_logged_without_values(
    sessions: Sessions, work: Work, state: str, by: str
) -> None:
    with configured() as out:
        try:
            fail(sessions, work)
        except RuntimeError:
            if by == "us":
                logging.get_logger().exception("failed")
            else:
                stdlib_logging.getLogger("library").exception("failed")
    logged = out.getvalue()
    told = json.loads(logged)["exception"]
    assert state in told and "around it" in told and "in fail" in told
    assert SEALED not in logged and str(10**12) not in logged


def test_an_error_does_not_quote_its_parameters(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(sa.exc.DBAPIError) as caught:
        overflow(session)
    assert str(10**12) not in str(caught.value)
