"""The token endpoint: who gets a token, what it stands for, and what it refuses."""

import base64
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from support.actors import staff
from support.database import Sessions, rows
from support.gateway import Pages, a_client, ask_for_token, moment

from gateway.clients import usecases
from gateway.clients.persistence import clients
from gateway.people import usecases as people
from gateway.people.domain import OrganisationKind
from gateway.tokens import AccessTokens

ADMIN = staff("admin")


def test_a_client_gets_a_token_by_both_ways_of_authentication(
    client: FlaskClient, committed: Sessions, pages: Pages
) -> None:
    made, secret = a_client(committed)
    basic = ask_for_token(client, made.client_id, secret, scope="measurements:write")
    posted = ask_for_token(client, client_id=made.client_id, client_secret=secret)
    tokens: AccessTokens = pages.app.extensions["access_tokens"]
    for answer in (basic, posted):
        assert answer.status_code == 200 and answer.headers["Cache-Control"].endswith("no-store")
        assert answer.json and answer.json["token_type"] == "Bearer"
        assert answer.json["expires_in"] == 600 and "refresh_token" not in answer.json
        claims = tokens.verify(answer.json["access_token"])
        assert claims and claims["sub"] == claims["client_id"] == made.client_id
        assert claims["scope"] == answer.json["scope"] == "measurements:write"
    assert rows(committed, clients, id=made.id)[0].last_used_at


def test_the_token_stands_for_the_organisation(
    client: FlaskClient, committed: Sessions, pages: Pages
) -> None:
    made, secret = a_client(committed, OrganisationKind.VENDOR, [])
    answer = ask_for_token(client, made.client_id, secret)
    assert answer.json and "scope" not in answer.json
    found = pages.admission.by_bearer(answer.json["access_token"])
    assert found and (found.kind, found.roles) == ("vendor", ("vendor_member",))
    assert found.organisation_id == made.organisation_id and found.scope == ""


def test_what_is_taken_away_is_gone_at_once(
    client: FlaskClient, committed: Sessions, pages: Pages
) -> None:
    made, secret = a_client(committed)
    token = ask_for_token(client, made.client_id, secret).json["access_token"]  # type: ignore[index]
    assert pages.admission.by_bearer(token).scope == "measurements:write"  # type: ignore[union-attr]
    change = {"client_id": made.id, "name": "ERP", "scopes": []}
    with committed.begin() as session:
        usecases.change_client(session, ADMIN, **change, active=True)
    assert pages.admission.by_bearer(token).scope == ""  # type: ignore[union-attr]
    with committed.begin() as session:
        usecases.change_client(session, ADMIN, **change, active=False)
    assert pages.admission.by_bearer(token) is None
    assert ask_for_token(client, made.client_id, secret).status_code == 401


def test_an_organisation_that_is_off_has_no_clients(
    client: FlaskClient, committed: Sessions, pages: Pages
) -> None:
    made, secret = a_client(committed)
    token = ask_for_token(client, made.client_id, secret).json["access_token"]  # type: ignore[index]
    with committed.begin() as session:
        people.change_organisation(
            session,
            ADMIN,
            organisation_id=made.organisation_id,
            name="Off",
            active=False,
            now=moment(),
        )
    assert pages.admission.by_bearer(token) is None
    assert ask_for_token(client, made.client_id, secret).status_code == 401


def test_wrong_secrets_and_unknown_clients_are_refused(
    client: FlaskClient, committed: Sessions
) -> None:
    made, secret = a_client(committed)
    wrong = ask_for_token(client, made.client_id, "wrong")
    assert wrong.status_code == 401 and "Basic" in wrong.headers["WWW-Authenticate"]
    assert wrong.json and wrong.json["error"] == "invalid_client"
    for identifier in (f"cli_{uuid4()}", "cli_x", "usr_" + str(made.id), "", str(made.id)):
        assert ask_for_token(client, identifier, secret).status_code in (400, 401)
    assert ask_for_token(client, client_id=made.client_id).status_code == 401
    assert ask_for_token(client).status_code == 401


@pytest.mark.parametrize(
    "credentials", [b"\xff\xfe:x", b"cli_\x00:y", b":", b"", "\xff", "====", "no base 64"]
)
def test_names_and_secrets_that_are_no_text_are_refused(
    client: FlaskClient, credentials: bytes | str
) -> None:
    sent = credentials if isinstance(credentials, str) else base64.b64encode(credentials).decode()
    headers = {"Authorization": f"Basic {sent}"}
    answer = client.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=headers)
    assert answer.status_code == 401 and "Basic" in answer.headers["WWW-Authenticate"]
    assert answer.json and answer.json["error"] == "invalid_client"


def test_only_this_grant_exists(client: FlaskClient, committed: Sessions) -> None:
    made, secret = a_client(committed)
    for grant in ("password", "authorization_code", "refresh_token", "implicit", ""):
        answer = ask_for_token(client, made.client_id, secret, grant_type=grant)
        assert answer.status_code == 400
        assert answer.json and answer.json["error"] == "unsupported_grant_type"


def test_more_than_its_own_scope_is_not_given_silently_less(
    client: FlaskClient, committed: Sessions
) -> None:
    plain, secret = a_client(committed, scopes=[])
    for scope in ("measurements:write", "admin", "measurements:write admin"):
        answer = ask_for_token(client, plain.client_id, secret, scope=scope)
        assert answer.status_code == 400
        assert answer.json and answer.json["error"] == "invalid_scope"


def test_parameters_stand_in_the_body_once_and_one_way_is_enough(
    client: FlaskClient, committed: Sessions
) -> None:
    made, secret = a_client(committed)
    auth = (made.client_id, secret)
    form = {"grant_type": "client_credentials"}
    in_address = client.post("/oauth/token?scope=x", data=form, auth=auth)
    twice = client.post("/oauth/token", data={"grant_type": ["client_credentials"] * 2}, auth=auth)
    two_ways = client.post("/oauth/token", data=form | {"client_secret": secret}, auth=auth)
    for answer in (in_address, twice, two_ways):
        assert answer.status_code == 400
        assert answer.json and answer.json["error"] == "invalid_request"
    as_json = client.post("/oauth/token", json=form, auth=auth)
    assert as_json.status_code == 400
    assert client.get("/oauth/token").status_code == 405


def test_discovery_says_what_there_is(client: FlaskClient) -> None:
    from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

    said = client.get("/.well-known/oauth-authorization-server").json
    assert said and said["issuer"] == "http://127.0.0.1:8400"
    assert said["grant_types_supported"] == ["client_credentials"]
    secure = {
        name: value.replace("http://", "https://") if isinstance(value, str) else value
        for name, value in said.items()
    }
    AuthorizationServerMetadata(secure | {"response_types_supported": ["none"]}).validate()
    for path in ("/oauth/jwks", "/.well-known/jwks.json", "/internal/jwks.json"):
        keys = client.get(path).json["keys"]  # type: ignore[index]
        assert len(keys) == 2 and all("d" not in key and key["kid"] for key in keys)
    assert client.get("/oauth/jwks").json != client.get("/internal/jwks.json").json
