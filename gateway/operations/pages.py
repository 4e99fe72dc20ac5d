"""Health of all services, dead letters, and what an operator can do about them."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, json, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.fanout import Fanout
from gateway.operations.domain import (
    TONES,
    clock,
    failed_jobs,
    fingerprint,
    letters,
    parked_events,
    row,
)
from gateway.operations.reach import reached
from gateway.services import Service, named
from shared.kernel import NotFound, Staff
from shared.web import fragment, internal, page, requires, see_other, stuck

pages = Blueprint("operations", __name__, url_prefix="/admin/operations")
WHO = ("operator", "admin")
Said = Mapping[str, Any]
Own = Callable[..., ResponseReturnValue]
LETTERS: Mapping[str, Own] = {"replay": internal.replay_letter, "discard": internal.discard_letter}
EVENTS: Mapping[str, Own] = {"release": stuck.release_event, "discard": stuck.discard_event}
JOBS: Mapping[str, Own] = {"retry": stuck.retry_job, "remove": stuck.remove_job}


@pages.get("")
@requires(Staff, *WHO)
def show(operator: Staff) -> ResponseReturnValue:
    return page("operations/show.html", **state(operator))


@pages.get("/live")
@requires(Staff, *WHO)
def live(operator: Staff) -> ResponseReturnValue:
    """What has changed since the page was shown; 204 where nothing has."""
    found = state(operator)
    if found["seen"] == request.args.get("seen"):
        return "", 204
    return fragment("operations/show.html", "figures", **found)


def state(operator: Staff) -> dict[str, Any]:
    said = ask(operator, "/internal/operations", internal.operations)
    rows = [row(service, said[service]) for service in Service]
    found = letters(ask(operator, "/internal/dead-letters", internal.list_letters))
    waiting = ask(operator, "/internal/stuck", stuck.list_stuck)
    events, jobs = parked_events(waiting), failed_jobs(waiting)
    stands, due = reached(current_app.extensions["settings"], fanout().pool), clock(said)
    return {
        "rows": rows,
        "letters": found,
        "events": events,
        "jobs": jobs,
        "stands": stands,
        "clock": due,
        "tones": TONES,
        "seen": fingerprint(rows, found, events, jobs, stands, due),
    }


def ask(operator: Staff, path: str, own: Own) -> dict[Service, Said | None]:
    """The other services over HTTP, ourselves directly: a page must not wait for its own server."""
    answers = fanout().ask_all(operator, path)
    others = {Service[name.upper()]: said for name, said in answers.items()}
    return {**others, Service.GATEWAY: as_told(own())}


def fanout() -> Fanout:
    found: Fanout = current_app.extensions["fanout"]
    return found


def as_told(answer: ResponseReturnValue) -> Said:
    """Our own answer as it would have come over HTTP."""
    content = make_response(answer).get_data()
    told: Said = json.loads(content) if content else {}
    return told


@pages.get("/dead-letters/<name>/<uuid:letter_id>")
@requires(Staff, *WHO)
def show_letter(operator: Staff, name: str, letter_id: UUID) -> ResponseReturnValue:
    service = known(name)
    if service is Service.GATEWAY:
        letter = as_told(internal.show_letter(letter_id=letter_id))
    else:
        letter = told(operator, service, "GET", f"/internal/dead-letters/{letter_id}")
    return page("operations/letter.html", service=service, letter=letter)


@pages.post("/dead-letters/<name>/<uuid:letter_id>/<any(replay, discard):order>")
@requires(Staff, *WHO)
def settle_letter(operator: Staff, name: str, letter_id: UUID, order: str) -> ResponseReturnValue:
    """Try the message again, or put it away for good. The service notes who did it."""
    if known(name) is Service.GATEWAY:
        LETTERS[order](letter_id=letter_id)
    else:
        told(operator, known(name), "POST", f"/internal/dead-letters/{letter_id}/{order}")
    return see_other(url_for("operations.show"))


@pages.post("/parked-events/<name>/<uuid:event_id>/<any(release, discard):order>")
@requires(Staff, *WHO)
def settle_event(operator: Staff, name: str, event_id: UUID, order: str) -> ResponseReturnValue:
    """Send the event again, or never."""
    if known(name) is Service.GATEWAY:
        EVENTS[order](event_id=event_id)
    else:
        told(operator, known(name), "POST", f"/internal/parked-events/{event_id}/{order}")
    return see_other(url_for("operations.show"))


@pages.post("/failed-jobs/<name>/<int:job_id>/<any(retry, remove):order>")
@requires(Staff, *WHO)
def settle_job(operator: Staff, name: str, job_id: int, order: str) -> ResponseReturnValue:
    """Run the job once more, or forget it."""
    if known(name) is Service.GATEWAY:
        JOBS[order](job_id=job_id)
    else:
        told(operator, known(name), "POST", f"/internal/failed-jobs/{job_id}/{order}")
    return see_other(url_for("operations.show"))


def known(name: str) -> Service:
    service = named(name)
    if service is None:
        raise NotFound
    return service


def told(operator: Staff, service: Service, method: str, path: str) -> Said:
    """What a service answers; its refusal, in its words, is ours."""
    answer = fanout().tell(operator, service, method, path)
    if answer is None:
        abort(502, gettext("%(name)s does not answer.", name=gettext(service.label)))
    said = answer.said or {}
    if answer.status >= 400:
        abort(answer.status, said.get("message"))
    return said
