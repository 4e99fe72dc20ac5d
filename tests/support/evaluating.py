"""What people do around an evaluation, by API."""

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from services.rfp.tenders.domain import Rfp
from shared.kernel import uuid7
from support.actors import bearer

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
