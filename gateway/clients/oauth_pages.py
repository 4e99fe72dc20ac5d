"""The endpoints of OAuth: token, keys, discovery. Machines call them."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from gateway.clients.domain import Scope
from gateway.clients.oauth import GRANT, METHODS
from gateway.keys import Ring
from shared.web import open_to_all

oauth = Blueprint("oauth", __name__)


@oauth.post("/oauth/token")
@open_to_all
def token() -> ResponseReturnValue:
    answer: ResponseReturnValue = current_app.extensions["oauth"].create_token_response()
    return answer


@oauth.get("/oauth/jwks")
@oauth.get("/.well-known/jwks.json")
@open_to_all
def public_keys() -> ResponseReturnValue:
    """The keys of access tokens, the next one included."""
    return key_set(current_app.extensions["rings"]["public"])


@oauth.get("/internal/jwks.json")
@open_to_all
def internal_keys() -> ResponseReturnValue:
    """The keys of the tokens that services verify. Not routed from outside."""
    return key_set(current_app.extensions["rings"]["internal"])


def key_set(ring: Ring) -> ResponseReturnValue:
    return jsonify(ring.published())


@oauth.get("/.well-known/oauth-authorization-server")
@open_to_all
def metadata() -> ResponseReturnValue:
    """RFC 8414: what there is, and nothing that there is not."""
    issuer = current_app.extensions["settings"].public_url
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": [scope.value for scope in Scope],
        "response_types_supported": [],
        "grant_types_supported": [GRANT],
        "token_endpoint_auth_methods_supported": METHODS,
    }
