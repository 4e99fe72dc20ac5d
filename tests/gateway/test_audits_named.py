"""The audit of an object that is known by its number, name or address."""

from urllib.parse import urlencode
from uuid import uuid4

from support.database import Sessions
from support.gateway import Pages, a_person
from support.upstream import Upstream

from gateway.people.domain import Role


def test_people_are_found_by_name_and_by_address(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER, name=f"Chen {uuid4().hex}")
    auditor = pages.browser(a_person(committed, Role.AUDITOR))
    for text in (someone.person.name, someone.person.email.upper()):
        page = auditor.get(f"/admin/audit?{urlencode({'object': text})}").text
        assert "Person enrolled" in page and f">Person {someone.person.name}<" in flat(page)
    page = auditor.get("/admin/audit?object=Nobody+at+all").text
    assert "No history found" in page and "No answer from: Contracts" in page


def test_services_are_asked_who_goes_by_the_name(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    chain = f"rfp:{uuid4()}"
    line = {"number": 1, "at": "2026-11-22T09:00:00+00:00", "actor": "system", "detail": {}}
    line |= {"action": "x", "what": "Published", "facts": [], "hash": "ab" * 32}
    upstream.says("/internal/audit/named", {"chains": [chain]})
    told = line | {"chain": chain, "object": "RFP-2026-003"}
    upstream.says("/internal/audit", {"chain": chain, "items": [told]})
    auditor = pages.browser(a_person(committed, Role.AUDITOR))
    page = auditor.get("/admin/audit?object=rfp-2026-003").text
    assert "Published" in page and ">RFP-2026-003<" in flat(page)


def flat(page: str) -> str:
    return " ".join(page.split()).replace("> ", ">").replace(" <", "<")
