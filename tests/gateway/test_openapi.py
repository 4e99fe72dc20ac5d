"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

from typing import Any

import pytest
from flask import Flask
from support.database import Sessions
from support.fuzz import Fuzz
from support.gateway import Enrolled, Pages, a_person, an_organisation

from gateway.people.domain import OrganisationKind, Role
from shared.kernel import uuid7


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_nothing_breaks(
    app: Flask,
    pages: Pages,
    committed: Sessions,
    buyer: Enrolled,
    vendor: Enrolled,
    ids: dict[str, list[Any]],
) -> None:
    people = {"admin": a_person(committed, Role.ADMIN), "buyer": buyer, "vendor": vendor}
    mark = uuid7().hex
    organisation = str(an_organisation(committed, OrganisationKind.VENDOR).id)  # nobody changes it
    named = {"name": "Li Na", "roles": ["vendor_member"]}
    bodies = {
        "POST /api/v1/organisations": {"kind": "vendor", "name": "Org", "slug": f"s{mark}"},
        "PUT /api/v1/organisations/{organisation_id}": {"name": "Org"},
        "POST /api/v1/people": named
        | {"organisation_id": organisation, "email": f"{mark}@example.org"},
        "PUT /api/v1/people/{person_id}": {"name": "Li Na", "roles": ["buyer"]},
        "POST /api/v1/clients": {"name": "ERP", "organisation_id": organisation},
        "PUT /api/v1/clients/{client_id}": {"name": "ERP"},
    }
    tokens = {name: pages.token(each) for name, each in people.items()}
    fuzz = Fuzz(app, ids, bodies, tokens)
    fuzz.run(*people)
    assert not fuzz.findings, fuzz.report()
    assert fuzz.without_success() == []
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 422}, fuzz.statuses
