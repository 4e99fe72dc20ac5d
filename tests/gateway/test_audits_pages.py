"""The page Audit: what a search can mean, whose histories it shows, and to whom."""

import json
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

from flask import Flask
from support.database import Sessions
from support.gateway import Pages, a_person
from support.upstream import Upstream

from gateway.audits.domain import COMMON, OWNERS, kind_of, owners, wanted
from gateway.audits.usecases import keep_checkpoint
from gateway.people.domain import OrganisationKind, Role
from gateway.services import Service
from shared import audit

SAMPLE = Path("tests/event_samples/tandem.audit.checkpoint_signed.v1.json")


def test_what_a_search_can_mean() -> None:
    number = "0193a5f0-0000-7000-8000-000000000001"
    assert wanted(f" rfp:{number} ").chains == (f"rfp:{number}",)
    assert wanted("keys:internal").chains == ("keys:internal",)
    many = wanted(f"http://127.0.0.1:8400/admin/contracts/{number.upper()}?tab=history").chains
    assert f"contract:{number}" in many and f"person:{number}" in many
    assert wanted("nonsense").chains == () == wanted("").chains
    assert f"dead_letter:{number}" in many and set(owners("dead_letter:1")) == set(Service)
    assert {kind_of(f"{word}:1") for word in (*OWNERS, *COMMON, "outbox", "job")}.isdisjoint(
        (*OWNERS, *COMMON, "outbox", "job")
    )
    assert owners("contract:1") == (Service.CONTRACTS,)
    assert set(owners("unheard:1")) == set(Service)


def test_an_auditor_reads_the_history_of_a_person(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER, name="Chen Wei")
    auditor = pages.browser(a_person(committed, Role.AUDITOR))
    page = auditor.get(f"/admin/audit?object=person:{someone.person.id}").text
    assert "Person enrolled" in page and "Signed in" in page and "Chen Wei" in page
    assert "Roles: Buyer" in page and "organisation_id" not in page
    assert page.count('href="/account" aria-current="page"') == 0
    assert auditor.get("/account").text.count('href="/account" aria-current="page"') == 2
    assert "No checkpoint yet" in page
    assert "No history found" in auditor.get(f"/admin/audit?object=person:{uuid4()}").text


def test_the_history_of_a_service_is_asked_for_and_held_against_its_checkpoint(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    number, digest = uuid4(), "ab" * 32
    line = {
        "number": 3,
        "at": "2026-11-22T09:00:00+00:00",
        "actor": "system",
        "detail": {"to": ["a"]},
    }
    line |= {"what": "Credit approved", "facts": [["Amount", "CNY 1,200.00", "CNY 1,200.00"]]}
    line |= {"action": "rfp_published", "hash": digest, "chain": f"rfp:{number}"}
    upstream.says("/internal/audit", {"chain": f"rfp:{number}", "items": [line]})
    head = {"chain": audit.opaque(f"rfp:{number}"), "length": 3, "hash": digest}
    data = json.loads(SAMPLE.read_text()) | {"heads": [head]}
    with committed.begin() as session:
        keep_checkpoint(session, event_id=uuid4(), data=data)
    auditor = pages.browser(a_person(committed, Role.AUDITOR))
    page = auditor.get(f"/admin/audit?object=rfp:{number}").text
    assert "Credit approved" in page and "Amount: CNY 1,200.00" in page
    assert f'href="/admin/rfps/{number}"' in page and "Checkpoint at entry 3 agrees" in page
    line["hash"] = "cd" * 32
    upstream.says("/internal/audit", {"chain": f"rfp:{number}", "items": [line]})
    assert "disagrees" in auditor.get(f"/admin/audit?object=rfp:{number}").text
    upstream.says("/internal/audit", {}, 500)
    assert "No answer from: Plans and RFPs" in auditor.get(f"/admin/audit?object=rfp:{number}").text


def test_the_latest_entries_of_all_services_can_be_browsed(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    number = uuid4()
    line = {"number": 1, "at": "2001-01-01T09:00:00+00:00", "actor": "system", "detail": {}}
    line |= {"action": "rfp_published", "what": "Published", "facts": [], "hash": "ab" * 32}
    upstream.says("/internal/audit/latest", {"items": [line | {"chain": f"rfp:{number}"}]})
    someone = a_person(committed, Role.ADMIN, name="Zhao Min")
    admin = pages.browser(someone)
    chosen = admin.get("/admin/audit?service=rfp").text
    assert "Published" in chosen and f"object=rfp:{number}" in unquote(chosen)
    assert "RFP <span" in chosen and "Signed in" not in chosen and "Tandem itself" in chosen
    own = admin.get(f"/admin/audit?service=gateway&who=usr_{someone.person.id}").text
    assert "Signed in" in own and "Only what Zhao Min did." in own
    assert f'href="/admin/people/{someone.person.id}"' in own
    assert "No entries" in admin.get("/admin/audit?service=gateway&on=2001-01-01").text
    upstream.says("/internal/audit/latest", {}, 500)
    quiet = admin.get("/admin/audit").text
    assert "No answer from: Contracts" in quiet and "Plans and RFPs" in quiet


def test_the_trail_is_for_auditors(pages: Pages, committed: Sessions) -> None:
    for role in (Role.BUYER, Role.FINANCE):
        pages.browser(a_person(committed, role)).get("/admin/audit", 403)
    for role in (Role.ADMIN, Role.OPERATOR):
        pages.browser(a_person(committed, role)).get("/admin/audit")
    pages.browser(a_person(committed, kind=OrganisationKind.VENDOR)).get("/admin/audit", 403)


def test_nobody_else_asks_the_gateway_for_its_trail(app: Flask) -> None:
    """Its page reads it where it lies. The rule of services asks a directory that is theirs."""
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    assert "/internal/operations" in paths
    assert not {path for path in paths if path.startswith("/internal/audit")}


def test_an_auditor_from_outside_reads_no_trail(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    someone = a_person(committed, Role.BUYER)
    firm = pages.browser(a_person(committed, kind=OrganisationKind.AUDITOR))
    upstream.received.clear()
    for query in ("", "?service=gateway", f"?object=person:{someone.person.id}"):
        page = firm.get(f"/admin/audit{query}").text
        assert "Signed in" not in page and str(someone.person.id) not in page.split("<table")[-1]
    assert upstream.received == []
