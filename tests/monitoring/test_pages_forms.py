"""Forms of performance: who may send, measurements by hand, files; with their errors."""

import io
import re

import pytest
from flask.testing import FlaskClient
from support.database import Sessions, rows
from support.metrics import CALLGRID, CSV
from support.pages import Browser

from services.monitoring.measurements.persistence import measurements
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.persistence import metric_grants

pytestmark = pytest.mark.usefixtures("november")


def test_a_partner_is_allowed_and_revoked(
    manager: Browser, sessions: Sessions, metric: Metric
) -> None:
    manager.get(f"/admin/performance/{metric.id}")
    allowed = manager.submit("/grants", organisation_id=str(CALLGRID.organisation_id)).text
    assert "callgrid may send measurements" in allowed
    assert len(rows(sessions, metric_grants)) == 1
    revoked = manager.submit("/revocation").text
    assert "may not send measurements any more" in revoked
    assert rows(sessions, metric_grants) == []


def test_no_partner_chosen_is_said_beside_the_field(manager: Browser, metric: Metric) -> None:
    manager.get(f"/admin/performance/{metric.id}/grants")
    assert "This is needed." in manager.submit("/grants", 422).text


def test_a_measurement_is_entered_in_the_zone_of_the_contract(
    manager: Browser, sessions: Sessions, metric: Metric
) -> None:
    manager.get(f"/admin/performance/{metric.id}/measurements/new")
    manager.submit("/measurements", taken_at="2026-10-01T00:00", value="1", external_id="INC-1")
    [row] = rows(sessions, measurements)
    assert row.taken_at.isoformat() == "2026-09-30T16:00:00+00:00" and row.source == "hand"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [("value", "97", "from 0 to 1"), ("value", "x", "Write a number"),
     ("value", "", "This is needed"), ("taken_at", "2026-09-30T23:59", "does not cover"),
     ("taken_at", "2026-12-24T12:00", "has not come yet"), ("external_id", "", "needed"),
     ("taken_at", "never", "Write date and time")],
)  # fmt: skip
@pytest.mark.parametrize("htmx", [False, True])
def test_a_wrong_answer_comes_back_with_what_was_typed(
    client: FlaskClient, metric: Metric, field: str, text: str, words: str, htmx: bool
) -> None:
    manager = Browser(client, "contract_manager", htmx=htmx)
    manager.get(f"/admin/performance/{metric.id}/measurements/new")
    typed = {"taken_at": "2026-10-05T12:00", "value": "0.5", "external_id": "INC-1"}
    page = manager.submit("/measurements", 422, **typed | {field: text}).text
    assert words in page and f'id="{field}-error"' in page
    assert 'value="INC-1"' in page or field == "external_id"
    assert ("<html" in page) is not htmx


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({"value": "2"}, {"taken_at", "value", "external_id"}),
     ({"value": "0.5"}, {"taken_at", "external_id"}),
     ({"taken_at": "2020-01-01T00:00", "value": "x"}, {"taken_at", "value", "external_id"}),
     ({"taken_at": "2020-01-01T00:00", "value": "2", "external_id": "a"},
      {"taken_at", "value"})],
)  # fmt: skip
def test_all_that_is_wrong_is_said_at_once(
    manager: Browser, metric: Metric, typed: dict[str, str], wrong: set[str]
) -> None:
    manager.get(f"/admin/performance/{metric.id}/measurements/new")
    page = manager.submit("/measurements", 422, **typed).text
    assert set(re.findall(r'id="(\w+)-error"', page)) == wrong


def test_another_value_under_the_same_reference_is_refused(
    manager: Browser, metric: Metric
) -> None:
    typed = {"taken_at": "2026-10-05T12:00", "value": "1", "external_id": "INC-1"}
    for value, status in (("1", 303), ("1", 303), ("0", 422)):
        manager.get(f"/admin/performance/{metric.id}/measurements/new")
        manager.submit("/measurements", status, **typed | {"value": value})
    assert "another value or time under this id" in manager.text


def upload(manager: Browser, metric: Metric, content: bytes) -> str:
    manager.get(f"/admin/performance/{metric.id}/measurements/new")
    return manager.submit("/imports", file=(io.BytesIO(content), "calls.csv")).text


def test_a_file_is_imported(manager: Browser, sessions: Sessions, metric: Metric) -> None:
    page = upload(manager, metric, CSV)
    assert "calls.csv" in page and "Taken" in page and "New measurements" in page
    assert len(rows(sessions, measurements)) == 2
    assert "calls.csv" in manager.get(f"/admin/performance/{metric.id}").text


def test_a_wrong_file_names_its_lines_and_the_list_stays(
    manager: Browser, client: FlaskClient, sessions: Sessions, metric: Metric
) -> None:
    page = upload(manager, metric, CSV + b"2026-10-05T10:00:00,1,c\nx\n")
    for words in ("Refused", "Rows that are wrong: 2", "taken_at", "Whole line"):
        assert words in page
    assert rows(sessions, measurements) == []
    again = manager.page.request.path if manager.page else ""
    assert "Whole line" in Browser(client, "finance").get(again).text


def test_no_file_and_a_file_in_another_encoding_are_said(manager: Browser, metric: Metric) -> None:
    manager.get(f"/admin/performance/{metric.id}/measurements/new")
    assert "Choose a file." in manager.submit("/imports", 422, file=(io.BytesIO(b""), "")).text
    assert "The file is not in UTF-8" in upload(manager, metric, "电".encode("gb18030"))


def test_a_form_that_is_not_ours_is_refused(manager: Browser, metric: Metric) -> None:
    new = "/measurements/new"
    places = (("", "/evaluation"), ("", "/grants"), (new, "/imports"), (new, "/measurements"))
    for page, action in places:
        manager.get(f"/admin/performance/{metric.id}{page}")
        manager.submit(action, 403, csrf_token="of somebody else")
