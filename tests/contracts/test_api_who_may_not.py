"""Who may not use the JSON API. Each refused request is repeated by one who may, with success."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import a_draft, stored_files
from support.contracts_api import V1, get, post, upload
from support.database import Sessions

from services.contracts.agreements.domain import Contract
from services.contracts.delivery.domain import Deliverable
from shared.files import LocalStorage
from shared.kernel import uuid7


@pytest.fixture
def things(contract: Contract, deliverable: Deliverable, credit_id: UUID) -> Callable[[str], str]:
    paths = {
        "contracts": "/contracts",
        "contract": f"/contracts/{contract.id}",
        "milestone": f"/milestones/{contract.milestones[0].id}",
        "content": f"/deliverables/{deliverable.id}/content",
        "credits": "/credits",
        "credit": f"/credits/{credit_id}",
    }
    return lambda name: V1 + paths[name]


@pytest.mark.parametrize("route", ["contract", "milestone", "content", "credit"])
@pytest.mark.parametrize("who", ["rival", "evaluator"])
def test_a_foreign_thing_is_not_found(
    client: FlaskClient, things: Callable[[str], str], route: str, who: str
) -> None:
    assert client.get(things(route), headers=bearer(who)).status_code == 404
    assert client.get(things(route), headers=bearer("member")).status_code == 200


@pytest.mark.parametrize("route", ["contracts", "contract", "milestone", "content", "credits",
                                   "credit"])  # fmt: skip
def test_strangers_and_partners_are_sent_away(
    client: FlaskClient, things: Callable[[str], str], route: str
) -> None:
    assert client.get(things(route)).status_code == 401
    assert client.get(things(route), headers=bearer("callgrid")).status_code == 403
    assert client.get(things(route), headers=bearer("auditor")).status_code == 200


@pytest.mark.parametrize("route", ["contracts", "credits"])
def test_lists_are_empty_for_others(
    client: FlaskClient, things: Callable[[str], str], route: str
) -> None:
    for who in ("rival", "evaluator"):
        assert client.get(things(route), headers=bearer(who)).json["items"] == []
    assert client.get(things(route), headers=bearer("member")).json["items"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("rival", 404), ("member", 403), ("buyer", 403), ("quality1", 403), ("auditor", 403),
     ("callgrid", 403), ("huayun", 403), ("nobody", 401)],
)  # fmt: skip
def test_accepting(client: FlaskClient, known: Sessions, who: str, status: int) -> None:
    path = f"/contracts/{a_draft(known).id}/acceptance"
    assert post(client, who, path).status_code == status
    for may in ("admin", "contract_manager"):
        assert post(client, may, path).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [("rival", 404), ("contract_manager", 403), ("quality1", 403), ("auditor", 403),
     ("callgrid", 403), ("nobody", 401)],
)  # fmt: skip
def test_uploading(
    client: FlaskClient, contract: Contract, storage: LocalStorage, who: str, status: int
) -> None:
    milestone_id = contract.milestones[0].id
    assert upload(client, who, milestone_id).status_code == status
    assert stored_files(storage) == []
    assert upload(client, "member", milestone_id).status_code == 201


@pytest.mark.parametrize(
    ("who", "status"),
    [("admin", 403), ("rival", 403), ("contract_manager", 403), ("finance1", 403),
     ("auditor", 403), ("callgrid", 403), ("nobody", 401)],
)  # fmt: skip
def test_reviewing(client: FlaskClient, deliverable: Deliverable, who: str, status: int) -> None:
    path, body = f"/deliverables/{deliverable.id}/reviews", {"decision": "approve"}
    assert post(client, who, path, body).status_code == status
    assert post(client, "quality1", f"/deliverables/{uuid7()}/reviews", body).status_code == 404
    assert post(client, "quality1", path, body).status_code == 201


@pytest.mark.parametrize(
    ("who", "status"),
    [("admin", 403), ("rival", 403), ("contract_manager", 403), ("quality1", 403),
     ("auditor", 403), ("callgrid", 403), ("nobody", 401)],
)  # fmt: skip
def test_deciding(client: FlaskClient, credit_id: UUID, who: str, status: int) -> None:
    path, body = f"/credits/{credit_id}/decision", {"decision": "approve"}
    assert post(client, who, path, body).status_code == status
    assert post(client, "finance1", f"/credits/{uuid7()}/decision", body).status_code == 404
    assert post(client, "finance1", path, body).status_code == 200


def test_an_auditor_from_outside_sees_nothing_that_was_not_named_for_them(
    client: FlaskClient, contract: Contract
) -> None:
    get(client, "outsider", f"/contracts/{contract.id}", 404)
    assert get(client, "outsider", "/contracts")["items"] == []
    assert get(client, "auditor", "/contracts")["items"]
