"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

import pytest
from flask import Flask
from support.database import Sessions
from support.fuzz import Fuzz
from support.gateway import Enrolled, Pages, a_client, a_person

from gateway.people.domain import Role


@pytest.mark.fuzz
def test_nothing_breaks(
    app: Flask, pages: Pages, committed: Sessions, buyer: Enrolled, vendor: Enrolled
) -> None:
    people = {"admin": a_person(committed, Role.ADMIN), "buyer": buyer, "vendor": vendor}
    ids = {
        "organisation_id": [vendor.organisation.id],
        "person_id": [vendor.person.id],
        "client_id": [a_client(committed)[0].id],
    }
    tokens = {name: pages.token(each) for name, each in people.items()}
    fuzz = Fuzz(app, "gateway", ids, tokens)
    fuzz.run(*people)
    assert not fuzz.findings, fuzz.report()
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 422}, fuzz.statuses
