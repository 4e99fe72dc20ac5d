"""Administration of people and organisations by pages and API."""

from typing import Any
from uuid import uuid4

import pytest
from support.database import Sessions, rows
from support.gateway import Enrolled, Pages, a_person, an_organisation

from gateway.people.domain import OrganisationKind, Role
from gateway.people.persistence import accounts, legal_entities
from shared.idempotency import idempotency_keys


@pytest.fixture
def admin(committed: Sessions) -> Enrolled:
    return a_person(committed, Role.ADMIN)


def test_a_person_is_enrolled_by_form_and_gets_a_password(
    pages: Pages, committed: Sessions, admin: Enrolled
) -> None:
    vendor = an_organisation(committed, OrganisationKind.VENDOR)
    for htmx in (False, True):
        browser, email = pages.browser(admin, htmx=htmx), f"{uuid4().hex}@example.org"
        browser.get(f"/admin/people/new?organisation={vendor.id}")
        form = {"name": "王芳", "email": email, "organisation_id": str(vendor.id)}
        browser.submit("/admin/people/new", **form, roles=["vendor_admin"], locale="zh-Hans")
        assert "王芳" in browser.text and "cannot sign in yet" in browser.text
        waiting = browser.get(f"/admin/people?search={email}").text
        assert "Waits for a password" in waiting
        login = pages.app.test_client()
        assert login.post("/login", data={"email": email, "password": ""}).status_code == 422
        person = rows(committed, accounts, email=email)[0].id
        browser.get(f"/admin/people/{person}")
        shown = browser.submit("/password", 200)
        password = shown.text.partition('<p class="t-mono">')[2].partition("<")[0]
        assert len(password) == 24
        answer = login.post("/login", data={"email": email, "password": password})
        assert answer.status_code == 303
        assert "Waits for a password" not in browser.get(f"/admin/people?search={email}").text


def test_the_form_comes_back_with_what_is_wrong(
    pages: Pages, committed: Sessions, admin: Enrolled
) -> None:
    vendor = an_organisation(committed)
    browser = pages.browser(admin)
    browser.get("/admin/people/new")
    bad = browser.submit("/admin/people/new", 422, name="Li", email="nonsense", zone="Mars")
    for words in ("e-mail address such as", 'value="nonsense"'):
        assert words in bad.text
    good = {"name": "Li", "email": f"{uuid4().hex}@example.org", "zone": "UTC"}
    form = good | {"organisation_id": str(vendor.id)}
    wrong = browser.submit("/admin/people/new", 409, **form, roles=["approver"])
    assert "cannot be" in wrong.text
    browser.submit("/admin/people/new", **form, roles=["vendor_member"])
    browser.get("/admin/people/new")
    taken = browser.submit("/admin/people/new", 409, **form, roles=["vendor_member"])
    assert "already signs in" in taken.text and 'value="Li"' in taken.text


def test_a_new_person_lives_where_the_others_do(
    pages: Pages, committed: Sessions, admin: Enrolled
) -> None:
    vendor = an_organisation(committed)
    browser = pages.browser(admin)
    path = f"/admin/people/new?organisation={vendor.id}"
    assert '<option value="Asia/Shanghai" selected>' in browser.get(path).text  # the admin's own
    a_person(committed, organisation=vendor, zone="Pacific/Auckland")
    there = browser.get(path).text
    assert '<option value="Pacific/Auckland" selected>' in there and "New Zealand" in there
    assert "China Standard Time (UTC+8)" in browser.get("/admin/people/new?organisation=x").text


def test_a_person_is_changed_by_form(pages: Pages, committed: Sessions, admin: Enrolled) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(admin)
    browser.get(f"/admin/people/{someone.person.id}")
    browser.submit(f"/people/{someone.person.id}", name="New Name", roles=["buyer", "finance"])
    stored = rows(committed, accounts, id=someone.person.id)[0]
    assert (stored.name, stored.roles, stored.active) == ("New Name", ["buyer", "finance"], True)
    browser.submit(f"/people/{someone.person.id}", active=[])
    assert not rows(committed, accounts, id=someone.person.id)[0].active
    assert "Switched off" in browser.text
    refused = browser.submit(f"/people/{someone.person.id}", 422, name="").text
    assert 'value="New Name"' not in refused  # what was typed, beside what is wrong with it
    browser.submit(f"/people/{someone.person.id}", 422, roles=[])


def test_people_are_found_by_parts_of_names(
    pages: Pages, committed: Sessions, admin: Enrolled
) -> None:
    a_person(committed, Role.BUYER, name="Grüße 100%_ Ω")
    browser = pages.browser(admin)
    assert "Grüße" in browser.get("/admin/people?search=100%25_").text
    assert "Grüße" in browser.get("/admin/people?search=GR%C3%9C%C3%9FE").text
    assert "Nobody matches" in browser.get("/admin/people?search=10000").text
    assert "Grüße" not in browser.get("/admin/people?search=1__%25").text


def test_long_lists_have_parts(pages: Pages, committed: Sessions, admin: Enrolled) -> None:
    mark = uuid4().hex
    vendor = an_organisation(committed)
    with committed.begin() as session:
        one = {"organisation_id": vendor.id, "locale": "en", "zone": "UTC", "theme": "light"}
        more = {
            "roles": ["vendor_member"],
            "active": True,
            "password_hash": "",
            "created_at": "now",
        }
        many = [
            {"id": uuid4(), "name": f"{mark} {n:02}", "email": f"{n}{mark}@example.org"}
            | one
            | more
            for n in range(30)
        ]
        session.execute(accounts.insert(), many)
    browser = pages.browser(admin)
    assert browser.get(f"/admin/people?search={mark}").text.count("@example.org") == 25
    link = browser.text.partition('href="?search=')[2].partition('"')[0].replace("&amp;", "&")
    assert browser.get(f"/admin/people?search={link}").text.count("@example.org") == 5


def test_organisations_are_enrolled_and_changed_by_form(
    pages: Pages, committed: Sessions, admin: Enrolled
) -> None:
    browser, slug = pages.browser(admin), f"n{uuid4().hex}"
    browser.get("/admin/people/organisations/new")
    bad = browser.submit("organisations/new", 409, name="Nordwind", slug="No Good", kind="vendor")
    assert "small letters" in bad.text
    browser.submit("organisations/new", 422, name="Nordwind", slug=slug, kind="")
    browser.submit("organisations/new", name="Nordwind Support", slug=slug, kind="vendor")
    made = rows(committed, legal_entities, slug=slug)[0]
    browser.submit(f"organisations/{made.id}", name="Nordwind", active=[])
    stored = rows(committed, legal_entities, slug=slug)[0]
    assert (stored.name, stored.active) == ("Nordwind", False)
    refused = browser.submit(f"organisations/{made.id}", 422, name="").text
    assert 'value="Nordwind"' not in refused
    assert slug in browser.get("/admin/people").text


def test_the_buying_organisation_is_not_switched_off(pages: Pages, admin: Enrolled) -> None:
    browser = pages.browser(admin)
    browser.get(f"/admin/people/organisations/{admin.organisation.id}")
    browser.submit("/organisations/", 409, name="x", active=[])


class Api:
    def __init__(self, pages: Pages, admin: Enrolled) -> None:
        self.browser = pages.browser(admin)

    def call(self, method: str, path: str, status: int, key: str = "", **sent: Any) -> Any:
        headers = self.browser.headers | {"Idempotency-Key": key or str(uuid4())}
        answer = self.browser.client.open(f"/api/v1{path}", method=method, headers=headers, **sent)
        assert answer.status_code == status, answer.text
        return answer.json


def test_the_api_enrols_and_finds(pages: Pages, committed: Sessions, admin: Enrolled) -> None:
    api, slug, email = Api(pages, admin), f"v{uuid4().hex}", f"{uuid4().hex}@example.org"
    organisation = {"kind": "vendor", "name": "Huayun", "slug": slug}
    made = api.call("POST", "/organisations", 201, json=organisation)
    assert made["active"] and made["slug"] == slug
    api.call("POST", "/organisations", 409, json=organisation)
    assert made in api.call("GET", "/organisations", 200)["items"]
    renamed = {"name": "Huayun IT", "active": True}
    assert api.call("PUT", f"/organisations/{made['id']}", 200, json=renamed)["name"] == "Huayun IT"
    person = {
        "organisation_id": made["id"],
        "email": email,
        "name": "Li",
        "roles": ["vendor_admin"],
    }
    key = str(uuid4())
    enrolled = api.call("POST", "/people", 201, key, json=person)
    again = api.call("POST", "/people", 201, key, json=person)
    assert "password" in enrolled and "password" not in again
    assert enrolled["password"] not in str(rows(committed, idempotency_keys))
    client = pages.app.test_client()
    answer = client.post("/login", data={"email": email, "password": enrolled["password"]})
    assert answer.status_code == 303
    found = api.call("GET", f"/people?email={email}", 200)["items"]
    assert [each["id"] for each in found] == [enrolled["id"]]
    renewed = api.call("POST", f"/people/{enrolled['id']}/password", 200)["password"]
    assert client.post("/login", data={"email": email, "password": renewed}).status_code == 303
    changed = {"name": "Li Na", "roles": ["vendor_member"], "locale": "zh-Hans"}
    assert api.call("PUT", f"/people/{enrolled['id']}", 200, json=changed)["name"] == "Li Na"
    assert api.call("GET", f"/people/{enrolled['id']}", 200)["roles"] == ["vendor_member"]


def test_the_api_refuses_with_reasons(pages: Pages, committed: Sessions, admin: Enrolled) -> None:
    api, vendor = Api(pages, admin), an_organisation(committed)
    missing = api.call("POST", "/people", 422, json={"email": "x"})
    assert {"name", "email", "roles", "organisation_id"} <= set(str(missing["errors"]).split("'"))
    person = {"organisation_id": str(vendor.id), "email": "x@example.org", "name": "x"}
    wrong = api.call("POST", "/people", 409, json=person | {"roles": ["admin"]})
    assert wrong["errors"]["code"] == "wrong_roles"
    nowhere = person | {"organisation_id": str(uuid4()), "roles": ["buyer"]}
    api.call("POST", "/people", 404, json=nowhere)
    api.call("GET", f"/people/{uuid4()}", 404)
    api.call("POST", f"/people/{uuid4()}/password", 404)
    headers = api.browser.headers
    without_key = api.browser.client.post("/api/v1/people", json=person, headers=headers)
    assert without_key.status_code == 422
