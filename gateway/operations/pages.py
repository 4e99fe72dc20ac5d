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
LETTER = "dead-letters/<name>/<uuid:which>"
EVENT = "parked-events/<name>/<uuid:which>"
JOB = "failed-jobs/<name>/<bigint:which>"
OWN: Mapping[str, Own] = {
    "dead-letters": internal.settle_letter,
    "parked-events": stuck.settle,
    "failed-jobs": stuck.settle,
}


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
    stands, due = reached(current_app.extensions["settings"]), clock(said)
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


@pages.get(f"/{LETTER}")
@requires(Staff, *WHO)
def show_letter(operator: Staff, name: str, which: UUID) -> ResponseReturnValue:
    service = known(name)
    if service is Service.GATEWAY:
        letter = as_told(internal.show_letter(letter_id=which))
    else:
        letter = told(operator, service, "GET", f"/internal/dead-letters/{which}")
    return page("operations/letter.html", service=service, letter=letter)


@pages.post(f"/{LETTER}/<any(replay, discard):order>", defaults={"what": "dead-letters"})
@pages.post(f"/{EVENT}/<any(release, discard):order>", defaults={"what": "parked-events"})
@pages.post(f"/{JOB}/<any(retry, remove):order>", defaults={"what": "failed-jobs"})
@requires(Staff, *WHO)
def settle(
    operator: Staff, what: str, name: str, which: UUID | int, order: str
) -> ResponseReturnValue:
    """Try it again, or put it away for good. The service notes who did it."""
    if known(name) is Service.GATEWAY:
        OWN[what](which=which, order=order)
    else:
        told(operator, known(name), "POST", f"/internal/{what}/{which}/{order}")
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
