"""What people do around an evaluation, by API."""

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from services.rfp.bids.domain import DocumentState
from services.rfp.bids.persistence import bid_documents
from services.rfp.tenders.domain import Rfp
from shared.files import files
from shared.kernel import uuid7
from support.actors import bearer
from support.database import Sessions

REASON = "Best grades throughout, and the price is within the plan."
Json = dict[str, Any]


def path(rfp: Rfp) -> str:
    return f"/admin/evaluations/{rfp.id}"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid7())}


def sent_scores(client: FlaskClient, who: str, rfp: Rfp, grade: Any) -> Json:
    sheet: Any = client.get(f"/api/v1/evaluations/{rfp.id}", headers=bearer(who)).json
    return {
        "scores": [
            {"bid_id": bid["bid_id"], "criterion_id": each["id"], "grade": grade, "comment": "So."}
            for bid in sheet["bids"]
            for each in sheet["criteria"]
            if not each["is_price"]
        ]
    }


def give(client: FlaskClient, rfp: Rfp, bid_id: UUID) -> None:
    url, sent = f"/api/v1/lots/{rfp.lots[0].id}/award", {"bid_id": str(bid_id), "reason": REASON}
    assert client.post(url, json=sent, headers=bearer("buyer") | key()).status_code == 201


def decrypted(client: FlaskClient, sessions: Sessions) -> UUID:
    """Huayun's file as the job after the opening leaves it."""
    file_id = uuid7()
    client.application.extensions["storage"].put(str(file_id), [b"%PDF-1.7\n"])
    file = {
        "id": file_id, "name": "huayun.pdf", "media_type": "application/pdf", "size": 9,
        "sha256": "a" * 64, "scan_state": "not_scanned", "key": str(file_id), "uploaded_by": "x",
    }  # fmt: skip
    with sessions.begin() as session:
        session.execute(files.insert().values(**file))
        done = bid_documents.update().where(bid_documents.c.name == "huayun.pdf")
        session.execute(done.values(file_id=file_id, state=DocumentState.READABLE, key=None))
    return file_id
