"""The two cookies of ours: who is signed in, and which language this browser shows."""

from werkzeug import Response

from gateway.incoming import LANGUAGE_COOKIE, SESSION_COOKIE

YEAR_S = 365 * 24 * 3600


def keep_signed_in(response: Response, token: str) -> Response:
    """For this browser only, for our pages only, out of reach of scripts, until it is closed."""
    response.set_cookie(
        SESSION_COOKIE, token, path="/", secure=True, httponly=True, samesite="Strict"
    )
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def show_in(response: Response, language: str) -> Response:
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
        max_age=YEAR_S,
    )
    return response
