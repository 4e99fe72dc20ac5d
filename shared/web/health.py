"""Asked by launchers and orchestrators: does the process live, can it work?"""

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.web.access import open_to_all

health = Blueprint("health", __name__, url_prefix="/health")


def init_health(app: Flask) -> None:
    app.register_blueprint(health)


@health.get("/live")
@open_to_all
def live() -> ResponseReturnValue:
    return {"status": "live"}


@health.get("/ready")
@open_to_all
def ready() -> ResponseReturnValue:
    try:
        with current_app.extensions["sessions"]() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "waiting", "for": "database"}, 503
    return {"status": "ready"}
