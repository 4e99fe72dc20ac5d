"""For whom pages do not exist, and who may not send their forms."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import (
    THINGS,
    a_draft,
    page_paths,
    people,
    stored_files,
)
from support.database import Sessions
from support.pages import Browser

from services.contracts.agreements.domain import Contract
from services.contracts.delivery.domain import Deliverable
from shared.files import LocalStorage
from shared.kernel import uuid7

Browse = Callable[[str], Browser]


class TestWhoMayNot:
    """Each refused request is repeated by one who may, with success."""

    @pytest.mark.parametrize("thing", THINGS)
    def test_for_another_vendor_there_is_no_such_thing(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        thing: str,
    ) -> None:  # fmt: skip
        path = page_paths(contract, deliverable, credit_id)[thing]
        browse("rival").get(f"/portal/{path}", 404)
        browse("admin").get(f"/portal/{path}")

    @pytest.mark.parametrize("thing", [*THINGS, "contracts", "milestones", "approvals"])
    def test_each_side_has_its_own_pages(
        self, client: FlaskClient, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        thing: str,
    ) -> None:  # fmt: skip
        path = page_paths(contract, deliverable, credit_id).get(thing, thing)
        for who in ("admin", "evaluator", "callgrid"):
            assert client.get(f"/admin/{path}", headers=bearer(who)).status_code == 403
        assert client.get(f"/admin/{path}").status_code == 401
        assert client.get(f"/admin/{path}", headers=bearer("buyer")).status_code == 200
        if thing != "approvals":
            for who in ("contract_manager", "auditor", "callgrid"):
                assert client.get(f"/portal/{path}", headers=bearer(who)).status_code == 403
            assert client.get(f"/portal/{path}").status_code == 401
            assert client.get(f"/portal/{path}", headers=bearer("member")).status_code == 200

    @pytest.mark.parametrize(
        ("place", "who", "status", "may"),
        [("portal", "rival", 404, "admin"), ("portal", "member", 403, "admin"),
         ("portal", "contract_manager", 403, "admin"), ("admin", "buyer", 403, "contract_manager"),
         ("admin", "auditor", 403, "contract_manager"),
         ("admin", "admin", 403, "contract_manager")],
    )  # fmt: skip
    def test_accepting(
        self, client: FlaskClient, known: Sessions, place: str, who: str, status: int, may: str
    ) -> None:
        draft = a_draft(known)
        path = f"/{place}/contracts/{draft.id}/acceptance"
        sent = {"terms_sha256": draft.terms_sha256()}
        assert post(client, who, path, sent) == status
        assert post(client, may, path, sent) == 303

    @pytest.mark.parametrize(("who", "status"), [("rival", 404), ("quality1", 403)])
    def test_uploading(
        self, client: FlaskClient, contract: Contract, storage: LocalStorage, who: str, status: int
    ) -> None:
        path = f"/portal/milestones/{contract.milestones[0].id}/deliverables"

        def sent() -> dict[str, Any]:
            return {"idempotency_key": str(uuid7()), "file": (BytesIO(b"report"), "a.pdf")}

        assert post(client, who, path, sent()) == status
        assert stored_files(storage) == []
        assert post(client, "member", path, sent()) == 303

    @pytest.mark.parametrize("who", ["admin", "contract_manager", "finance1", "auditor"])
    def test_reviewing(
        self, client: FlaskClient, contract: Contract, deliverable: Deliverable, who: str
    ) -> None:
        milestone_id = contract.milestones[0].id
        path = f"/admin/milestones/{milestone_id}/deliverables/{deliverable.id}/review"
        sent = {"decision": "approve", "level": "1", "idempotency_key": str(uuid7())}
        assert post(client, who, path, sent) == 403
        assert post(client, "quality1", path, sent) == 303

    @pytest.mark.parametrize("who", ["admin", "contract_manager", "quality1", "auditor"])
    def test_deciding(
        self, client: FlaskClient, contract: Contract, credit_id: UUID, who: str
    ) -> None:
        path = f"/admin/contracts/{contract.id}/credits/{credit_id}/decision"
        assert post(client, who, path, {"decision": "approve"}) == 403
        assert post(client, "finance1", path, {"decision": "approve"}) == 303

    @pytest.mark.parametrize("token", ["", "csrf-rival"])
    def test_a_form_that_is_not_ours_is_refused(
        self, client: FlaskClient, known: Sessions, contract: Contract, deliverable: Deliverable,
        credit_id: UUID, storage: LocalStorage, token: str,
    ) -> None:  # fmt: skip
        draft, milestones = a_draft(known), contract.milestones
        forms: list[tuple[str, str, dict[str, Any]]] = [
            ("admin", f"/portal/contracts/{draft.id}/acceptance",
             {"terms_sha256": draft.terms_sha256()}),
            ("member", f"/portal/milestones/{milestones[1].id}/deliverables",
             {"idempotency_key": str(uuid7())}),
            ("quality1",
             f"/admin/milestones/{milestones[0].id}/deliverables/{deliverable.id}/review",
             {"decision": "approve", "idempotency_key": str(uuid7())}),
            ("finance1", f"/admin/contracts/{contract.id}/credits/{credit_id}/decision",
             {"decision": "approve"}),
        ]  # fmt: skip
        for who, path, sent in forms:
            upload = {"file": (BytesIO(b"x"), "a")} if "idempotency_key" in sent else {}
            forged = {"csrf_token": token, **sent, **upload}
            assert client.post(path, data=forged, headers=bearer(who)).status_code == 403, path
        for who, path, sent in forms:
            upload = {"file": (BytesIO(b"x"), "a")} if path.endswith("deliverables") else {}
            assert post(client, who, path, sent | upload) == 303, path


def post(client: FlaskClient, who: str, path: str, sent: dict[str, Any]) -> int:
    data = {"csrf_token": people()[who].csrf, **sent}
    return client.post(path, data=data, headers=bearer(who)).status_code
