"""What only the gateway asks."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from shared.kernel import Actor
from shared.web import requires

internal = Blueprint("notifications_internal", __name__, url_prefix="/internal")


@internal.get("/work")
@requires(Actor)
def work(actor: Actor) -> ResponseReturnValue:
    """Messages ask for nothing: whoever raised them lists the work themselves."""
    return {"items": []}
