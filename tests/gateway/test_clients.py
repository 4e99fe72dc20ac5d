"""OAuth clients: made once, secret shown once, tokens of their own."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from support.actors import staff
from support.database import Sessions, rows
from support.gateway import Pages, a_client, a_person, an_organisation, ask_for_token, moment
from werkzeug.test import TestResponse

from gateway.clients import usecases
from gateway.clients.domain import ClientInactive, ClientsForOthersOnly, Scope, number_of
from gateway.clients.persistence import clients, load_client
from gateway.people import usecases as people
from gateway.people.domain import OrganisationInactive, OrganisationKind, Role
from shared.audit import audit_entries
from shared.idempotency import idempotency_keys

ADMIN = staff("admin")
ALL = [Scope.MEASUREMENTS_WRITE]


def test_only_vendors_and_partners_have_clients(sessions: Sessions) -> None:
    for kind in (OrganisationKind.BUYER, OrganisationKind.AUDITOR):
        own = an_organisation(sessions, kind)
        with pytest.raises(ClientsForOthersOnly), sessions.begin() as session:
            usecases.register_client(
                session, ADMIN, organisation_id=own.id, name="x", scopes=ALL, now=moment()
            )


def test_no_client_for_an_organisation_that_is_off(sessions: Sessions) -> None:
    own = an_organisation(sessions)
    with sessions.begin() as session:
        people.change_organisation(
            session, ADMIN, organisation_id=own.id, name="Off", active=False, now=moment()
        )
    with pytest.raises(OrganisationInactive), sessions.begin() as session:
        usecases.register_client(
            session, ADMIN, organisation_id=own.id, name="x", scopes=ALL, now=moment()
        )


def test_secrets_are_kept_as_digests_and_replaced(sessions: Sessions) -> None:
    made, first = a_client(sessions)
    with sessions.begin() as session:
        second = usecases.renew_secret(session, ADMIN, client_id=made.id)
        now_kept = load_client(session, made.id)
    stored = rows(sessions, clients, id=made.id)[0]
    assert len(first) == len(second) == 43 and first != second
    assert len(stored.secret_sha256) == 32 and second not in str(stored)
    assert now_kept.knows(second) and not now_kept.knows(first) and not now_kept.knows("")
    trail = rows(sessions, audit_entries, chain=f"client:{made.id}")
    assert [row.action for row in trail][-1] == "client_secret_renewed"
    assert second not in str(trail)


def test_a_client_without_a_secret_can_do_nothing(client: FlaskClient, committed: Sessions) -> None:
    own = an_organisation(committed, OrganisationKind.PARTNER)
    with committed.begin() as session:
        made = usecases.register_client(
            session, ADMIN, organisation_id=own.id, name="x", scopes=ALL, now=moment()
        )
    assert ask_for_token(client, made.client_id, "").status_code == 401
    assert not made.knows("")


def test_a_client_that_is_off_gets_no_secret(sessions: Sessions) -> None:
    made, _ = a_client(sessions)
    with sessions.begin() as session:
        usecases.change_client(session, ADMIN, client_id=made.id, name="x", scopes=[], active=False)
    with pytest.raises(ClientInactive), sessions.begin() as session:
        usecases.renew_secret(session, ADMIN, client_id=made.id)


def test_ids_of_clients_and_people_cannot_be_taken_for_each_other() -> None:
    number = uuid4()
    assert number_of(f"cli_{number}") == number
    for text in (f"usr_{number}", str(number), "cli_", "cli_x", ""):
        assert number_of(text) is None


class Tool:
    """An administrator's script."""

    def __init__(self, pages: Pages, committed: Sessions, *roles: Role) -> None:
        self.browser = pages.browser(a_person(committed, *(roles or (Role.ADMIN,))))

    def call(self, method: str, path: str, key: str = "", **sent: Any) -> TestResponse:
        headers = self.browser.headers | {"Idempotency-Key": key or str(uuid4())}
        return self.browser.client.open(f"/api/v1{path}", method=method, headers=headers, **sent)


def test_the_api_shows_the_secret_once_and_keeps_it_nowhere(
    pages: Pages, committed: Sessions
) -> None:
    tool, key = Tool(pages, committed), str(uuid4())
    own = an_organisation(committed, OrganisationKind.PARTNER)
    new = {"organisation_id": str(own.id), "name": "ACD", "scopes": ["measurements:write"]}
    made = tool.call("POST", "/clients", key, json=new)
    assert made.status_code == 201 and made.json
    secret = made.json["client_secret"]
    again = tool.call("POST", "/clients", key, json=new)
    assert again.status_code == 201 and again.json == {
        name: value for name, value in made.json.items() if name != "client_secret"
    }
    assert secret not in str(rows(committed, idempotency_keys))
    assert ask_for_token(pages.app.test_client(), made.json["client_id"], secret).status_code == 200
    shown = tool.call("GET", f"/clients/{made.json['id']}")
    assert shown.json and "client_secret" not in shown.json


def test_the_api_changes_lists_and_renews(pages: Pages, committed: Sessions) -> None:
    tool = Tool(pages, committed)
    made, first = a_client(committed)
    changed = tool.call("PUT", f"/clients/{made.id}", json={"name": "New", "scopes": []})
    assert changed.json and changed.json["name"] == "New" and changed.json["scopes"] == []
    renewed = tool.call("POST", f"/clients/{made.id}/secret")
    assert renewed.json and renewed.json["client_secret"] != first
    listed = tool.call("GET", "/clients")
    assert listed.json and str(made.id) in [item["id"] for item in listed.json["items"]]
    assert tool.call("PUT", f"/clients/{made.id}", json={"name": ""}).status_code == 422
    assert tool.call("GET", f"/clients/{uuid4()}").status_code == 404


def test_the_pages_make_a_client_and_show_its_secret_once(
    pages: Pages, committed: Sessions
) -> None:
    own = an_organisation(committed, OrganisationKind.VENDOR, "Huayun IT Services")
    for htmx in (False, True):
        browser = pages.browser(a_person(committed, Role.ADMIN), htmx=htmx)
        browser.get("/admin/clients/new")
        bad = browser.submit("/admin/clients/new", 422, organisation_id=str(own.id))
        assert "This is needed." in bad.text
        browser.submit("/admin/clients/new", name="Ticket system", organisation_id=str(own.id))
        assert "Waits for its secret" in browser.text
        shown = browser.submit("/secret", 200)
        assert "cli_" in shown.text and "not shown again" in shown.text
        secret = shown.text.partition("Secret: ")[2].partition('">')[2].partition("<")[0]
        identifier = "cli_" + shown.text.partition("cli_")[2].partition("<")[0]
        assert ask_for_token(pages.app.test_client(), identifier, secret).status_code == 200
        assert "Ticket system" in browser.get("/admin/clients").text


def test_the_page_switches_a_client_off(pages: Pages, committed: Sessions) -> None:
    made, secret = a_client(committed)
    browser = pages.browser(a_person(committed, Role.ADMIN))
    browser.get(f"/admin/clients/{made.id}")
    browser.submit(f"/admin/clients/{made.id}", active=[])
    assert "Switched off" in browser.text
    assert ask_for_token(pages.app.test_client(), made.client_id, secret).status_code == 401


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.BUYER])
def test_administration_is_for_administrators(
    pages: Pages, committed: Sessions, role: Role
) -> None:
    tool = Tool(pages, committed, role)
    made, _ = a_client(committed)
    own = {"organisation_id": str(made.organisation_id)}
    person = {"name": "x", "email": "x@example.org", "roles": ["buyer"]}
    refused = [
        tool.call("GET", "/clients"),
        tool.call("POST", "/clients", json={"name": "x"} | own),
        tool.call("PUT", f"/clients/{made.id}", json={"name": "x"}),
        tool.call("POST", f"/clients/{made.id}/secret"),
        tool.call("GET", "/people"),
        tool.call("POST", "/people", json=person | own),
        tool.call("GET", "/organisations"),
        tool.call("POST", "/organisations", json={"kind": "vendor", "name": "x", "slug": "x"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    for path in ("/admin/clients", "/admin/clients/new", "/admin/people", "/admin/people/new"):
        assert tool.browser.client.get(path, headers=tool.browser.headers).status_code == 403


def test_the_secret_comes_whole_through_basic_authentication() -> None:
    """`:` and `/` would need care; our secrets have neither."""
    import secrets

    assert set(base64.urlsafe_b64encode(secrets.token_bytes(99)).decode()).isdisjoint(":/+=&%")
