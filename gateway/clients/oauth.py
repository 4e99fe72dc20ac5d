"""The token endpoint: client credentials on Authlib, with its lax defaults overridden.

Authlib would sign with any key of a set and name none, grant tokens for ten days with the client as
audience, drop unknown scopes silently, and read parameters from the address.
"""

import logging
from collections.abc import Mapping
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, Response, request

from gateway.clients.domain import Client, Scope, number_of
from gateway.clients.persistence import find_working_client
from gateway.tokens import AccessTokens
from shared.web import now, transaction

METHODS = ["client_secret_basic", "client_secret_post"]
GRANT = "client_credentials"
logging.getLogger("authlib").setLevel(logging.INFO)  # its debug lines hold tokens


class Registered(ClientMixin):  # type: ignore[misc]  # untyped there
    """A client as Authlib asks about it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.client_id

    def get_allowed_scope(self, scope: str) -> str | None:
        """What is asked for, or nothing at all (`invalid_scope`); never silently less."""
        wanted = scope.split() if scope else [each.value for each in self.client.scopes]
        return " ".join(wanted) if set(wanted) <= set(self.client.scopes) else None

    def check_client_secret(self, client_secret: str) -> bool:
        return self.client.knows(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in METHODS and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # untyped there
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]  # untyped there
    """RFC 9068 access tokens, made where the pages' tokens are made too."""

    def __init__(self, tokens: AccessTokens) -> None:
        super().__init__(issuer=tokens.issuer, alg="ES256")
        self.tokens = tokens
        self.access_token_generator = self.make
        self.expires_generator = lambda client, grant_type: tokens.life_s

    def make(self, client: Registered, grant_type: str, user: None, scope: str) -> str:
        client_id = client.get_client_id()
        return self.tokens.issue(client_id, client_id=client_id, scope=scope or "")


class FormRequest(OAuth2Request):  # type: ignore[misc]  # untyped there
    """Only parameters of the body count. TLS ends at the edge, as the settings demand."""

    def __init__(self) -> None:
        super().__init__(request.method, f"https://edge{request.path}", headers=request.headers)
        self.payload = BasicOAuth2Payload(request.form.to_dict())

    @property
    def form(self) -> Mapping[str, str]:
        return request.form


class Server(AuthorizationServer):  # type: ignore[misc]  # untyped there
    def create_oauth2_request(self, _: object) -> OAuth2Request:
        return FormRequest()

    def create_token_response(self, request: OAuth2Request | None = None) -> Response:
        try:
            refuse_ambiguity()
            refuse_gibberish()
        except OAuth2Error as error:
            return self.handle_error_response(self.create_oauth2_request(None), error)  # type: ignore[no-any-return]  # untyped there
        return super().create_token_response(request)  # type: ignore[no-any-return]  # untyped there


def refuse_ambiguity() -> None:
    """Nothing in the address, nothing twice, one way to authenticate (RFC 6749, 2.3 and 3.2)."""
    if request.args:
        raise InvalidRequestError("Parameters belong into the body.")
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise InvalidRequestError("A parameter is repeated.")
    if request.headers.get("Authorization") and "client_secret" in request.form:
        raise InvalidRequestError("Authenticate in one way only.")


def refuse_gibberish() -> None:
    """A name and secret that are no text: Authlib would fail instead of refusing them."""
    try:
        extract_basic_authorization(request.headers)
    except ValueError as fault:
        raise InvalidClientError(status_code=401) from fault


def find(client_id: str) -> Registered | None:
    number = number_of(client_id)
    if number is None:
        return None
    with transaction() as session:
        client = find_working_client(session, number)
        return Registered(client) if client else None


def note_use(token: dict[str, Any], made: OAuth2Request) -> None:
    """Tokens are not kept. That the client came is."""
    with transaction() as session:
        client = find_working_client(session, made.client.client.id)
        if client:
            client.last_used_at = now()


def init_oauth(app: Flask, tokens: AccessTokens) -> Server:
    server = Server(query_client=find, save_token=note_use)
    server.register_token_generator("default", Tokens(tokens))
    server.register_grant(ClientCredentials)
    server.scopes_supported = [scope.value for scope in Scope]
    app.extensions["oauth"] = server
    return server
