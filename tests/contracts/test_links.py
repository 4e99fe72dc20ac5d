"""No page offers a link that its reader may not follow."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support import actors
from support.actors import bearer
from support.contracts import a_draft, decide, hand_in
from support.database import Sessions
from support.links import crawl

from services.contracts.agreements.domain import READERS, Contract
from services.contracts.delivery.domain import Deliverable
from shared.files import LocalStorage


@pytest.fixture
def everybody(client: FlaskClient) -> FlaskClient:
    """Each role by its name, and a vendor."""
    staff = [actors.staff(role) for role in READERS if role != "auditor"]
    here = actors.actors(*staff, actors.auditor(), actors.vendor("admin", "huayun"))
    client.application.extensions["actors"] = here
    return client


@pytest.fixture
def filled(
    known: Sessions, storage: LocalStorage, contract: Contract, deliverable: Deliverable,
    credit_id: UUID,
) -> Contract:  # fmt: skip
    """A draft, a contract in force, a milestone in rework, one in review, a credit."""
    a_draft(known)
    decide(known, deliverable, "quality1", "rework")
    hand_in(known, storage, contract.milestones[1].id)
    return contract


@pytest.mark.parametrize("role", [*READERS, "admin"])
def test_everybody_can_follow_every_link(
    everybody: FlaskClient, filled: Contract, credit_id: UUID, role: str
) -> None:
    face = "portal" if role == "admin" else "admin"
    work = everybody.get("/internal/work", headers=bearer(role)).json
    lists = ["contracts", "milestones"] + (["approvals"] if face == "admin" else [])
    start = [f"/{face}/{each}" for each in lists] + [each["href"] for each in work["items"]]
    reached = crawl(everybody, role, start)
    for thing in (f"contracts/{filled.id}/history", f"milestones/{filled.milestones[0].id}",
                  f"contracts/{filled.id}/credits/{credit_id}"):  # fmt: skip
        assert f"/{face}/{thing}" in reached
    assert any("/deliverables/" in path for path in reached)
