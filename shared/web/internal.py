"""What only the gateway asks, for its page Operations. Never routed outside."""

from dataclasses import asdict
from uuid import UUID

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shared import audit, jobs
from shared.kernel import N_, Actor, DomainError, Staff
from shared.messaging import dead_letters, heartbeat, outbox
from shared.web.access import requires
from shared.web.transactions import transaction

internal = Blueprint("internal", __name__, url_prefix="/internal")
OPERATORS = ("operator", "admin")


class NoHandler(DomainError):
    code = "no_handler"
    message = N_("This service does not handle %(type)s, so the message cannot be replayed.")


def init_internal(app: Flask) -> None:
    app.register_blueprint(internal)


@internal.get("/operations")
@requires(Staff, *OPERATORS)
def operations(operator: Actor) -> ResponseReturnValue:
    with transaction() as session:
        return {
            "service": current_app.extensions["service"],
            "outbox": asdict(outbox.state(session)),
            "dead_letters": dead_letters.count_waiting(session),
            "loops": heartbeat.states(session),
            "jobs": dict(jobs.if_there(session, jobs.state) or {}),
            "clock": [asdict(job) for job in jobs.if_there(session, jobs.clocked) or []],
        }


@internal.get("/dead-letters")
@requires(Staff, *OPERATORS)
def list_letters(operator: Actor) -> ResponseReturnValue:
    with transaction() as session:
        return {"items": [asdict(letter) for letter in dead_letters.waiting(session)]}


@internal.get("/dead-letters/<uuid:letter_id>")
@requires(Staff, *OPERATORS)
def show_letter(operator: Actor, letter_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        return dict(dead_letters.show(session, letter_id))


def replay(session: Session, operator: Actor, letter_id: UUID) -> None:
    handlers = current_app.extensions["handlers"]
    kind = dead_letters.show(session, letter_id)["type"]
    if kind not in handlers:
        raise NoHandler(type=kind)
    service = current_app.extensions["service"]
    dead_letters.replay(session, letter_id, handlers, consumer=service)
    note_letter(session, operator, letter_id, "dead_letter_replayed")


def discard(session: Session, operator: Actor, letter_id: UUID) -> None:
    dead_letters.discard(session, letter_id)
    note_letter(session, operator, letter_id, "dead_letter_discarded")


def note_letter(session: Session, operator: Actor, letter_id: UUID, action: str) -> None:
    audit.record(session, operator, chain=f"dead_letter:{letter_id}", action=action)


ORDERS = {"replay": replay, "discard": discard}


@internal.post("/dead-letters/<uuid:which>/<any(replay, discard):order>")
@requires(Staff, *OPERATORS)
def settle_letter(operator: Actor, which: UUID, order: str) -> ResponseReturnValue:
    with transaction() as session:
        ORDERS[order](session, operator, which)
    return "", 204
