"""What waits for an operator: a letter, an event and a job, in the database of a test."""

from typing import Any
from uuid import uuid4

from isolation.stuck import EVENT, JOB, LETTER

from support.database import Sessions

NUMBER = 2**40


def waiting(sessions: Sessions) -> dict[str, list[Any]]:
    """Their ids, and what may be ordered, by the names that routes have for them."""
    letter, event = uuid4(), uuid4()
    with sessions.begin() as session:
        for order, number in ((LETTER, letter), (EVENT, event), (JOB, None)):
            session.connection().exec_driver_sql(order, {"id": number, "number": NUMBER})
    orders = ["discard", "replay", "release", "remove", "retry"]
    return {"letter_id": [letter], "which": [letter, event, NUMBER], "order": orders}
