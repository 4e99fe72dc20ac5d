from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import sqlalchemy.orm
from flask import Flask
from flask.testing import FlaskClient
from support.database import Sessions, make_database, rolled_back
from support.gateway import (
    PASSWORD,
    Enrolled,
    Pages,
    SignIn,
    Visitor,
    a_client,
    a_person,
    gateway_settings,
    url_of,
)
from support.operations import said
from support.upstream import Upstream, an_upstream
from werkzeug.test import TestResponse

from gateway.app import create_app
from gateway.config import Settings
from gateway.edge import Edge, create_edge
from gateway.keys import Ring
from gateway.metadata import metadata
from gateway.people.domain import OrganisationKind, Role
from gateway.tokens import Minter


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    made = make_database(server, "gateway_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: sa.Engine) -> Iterator[Sessions]:
    """Rolled back afterwards: for what stays in this process."""
    with rolled_back(engine) as made:
        yield made


@pytest.fixture(scope="session")
def shared_engine(server: str) -> Iterator[sa.Engine]:
    """A second database, for what several connections or processes read."""
    made = make_database(server, "gateway_committed", metadata)
    yield made
    made.dispose()


@pytest.fixture
def committed(shared_engine: sa.Engine) -> Sessions:
    """Committed for good: every test makes people of its own."""
    return sa.orm.sessionmaker(shared_engine, expire_on_commit=False)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """One server that stands for all services."""
    with an_upstream() as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, shared_engine: sa.Engine, upstream: Upstream) -> Settings:
    names = ("idp", "rfp", "contracts", "monitoring", "notifications")
    there = {f"upstream_{name}": upstream.url for name in names}
    return gateway_settings(tmp_path, url_of(shared_engine), **there)


@pytest.fixture
def minter(settings: Settings) -> Minter:
    return Minter(Ring.of(settings.data, "internal"), settings.internal_issuer)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.extensions["fanout"].limit_s = 10  # a busy machine is no silent service
    for upstream in made.extensions["fanout"].quick.values():
        upstream.answer_s = 10
    yield made
    made.extensions["fanout"].close()
    made.extensions["fanout"].admission.reads.close()
    made.extensions["sessions"].kw["bind"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def pages(app: Flask, minter: Minter) -> Pages:
    return Pages(app, minter)


@pytest.fixture
def sign_in(client: FlaskClient) -> SignIn:
    def post(
        email: str, password: str = PASSWORD, address: str = "192.0.2.7", **fields: Any
    ) -> TestResponse:
        return client.post(
            "/login",
            data={"email": email, "password": password} | fields,
            headers={"X-Client-Address": address, "User-Agent": "Firefox"},
        )

    return post


@pytest.fixture
def edge(settings: Settings) -> Iterator[Edge]:
    made = create_edge(settings)
    yield made
    made.close()


@pytest.fixture
def visit(edge: Edge) -> Visitor:
    return Visitor(edge)


@pytest.fixture
def buyer(committed: Sessions) -> Enrolled:
    return a_person(committed, Role.BUYER)


@pytest.fixture
def vendor(committed: Sessions) -> Enrolled:
    return a_person(committed, kind=OrganisationKind.VENDOR)


@pytest.fixture
def operator(committed: Sessions, upstream: Upstream) -> Enrolled:
    upstream.says("/internal/operations", said())
    upstream.says("/internal/dead-letters", {"items": []})
    upstream.says("/internal/stuck", {"events": [], "jobs": []})
    return a_person(committed, Role.OPERATOR)


@pytest.fixture
def ids(committed: Sessions, vendor: Enrolled) -> dict[str, list[Any]]:
    """By the names that routes have for them; the person is there to be changed."""
    pawn = a_person(committed)
    return {
        "organisation_id": [vendor.organisation.id],
        "person_id": [pawn.person.id],
        "client_id": [a_client(committed)[0].id],
    }
