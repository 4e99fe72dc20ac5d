"""What is done at the machine."""

import io
import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from support.database import Sessions, rows
from support.gateway import a_client, an_organisation, gateway_settings, url_of

from gateway import commands
from gateway.audits.verification import Finding
from gateway.clients.persistence import clients
from gateway.config import Settings, settings_from_environment
from gateway.keys import Ring
from gateway.people.domain import OrganisationKind
from gateway.people.persistence import accounts
from shared.config import ConfigError
from shared.kernel import uuid7


@pytest.fixture
def machine(tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = gateway_settings(tmp_path, url_of(shared_engine))
    monkeypatch.setattr(commands, "settings_from_environment", lambda: made)
    return made


def test_the_first_administrator_is_enrolled_and_can_read_no_password_back(
    machine: Settings,
    committed: Sessions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    email = f"{uuid4().hex}@example.org"
    given = ["bootstrap", "--email", email, "--name", "Root", "--password-stdin"]
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough phrase\n"))
    assert commands.main(given) == 0
    stored = rows(committed, accounts, email=email)[0]
    assert stored.roles == ["admin"] and "phrase" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert commands.main(given) == 1
    assert "at least 12" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough phrase\n"))
    assert commands.main(given) == 1
    assert "already signs in" in capsys.readouterr().out


def test_a_client_is_registered_and_its_secret_shown(
    machine: Settings, committed: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    own = an_organisation(committed, OrganisationKind.PARTNER)
    given = ["client", "--organisation", str(own.id), "--name", "ACD"]
    assert commands.main([*given, "--scope", "measurements:write"]) == 0
    identifier, secret = capsys.readouterr().out.split()
    stored = rows(committed, clients, organisation_id=own.id)[0]
    assert identifier == f"cli_{stored.id}" and len(secret) == 43
    assert stored.scopes == ["measurements:write"]
    assert commands.main(["client-secret", identifier]) == 0
    assert capsys.readouterr().out.split()[1] != secret
    assert commands.main(["client", "--organisation", str(uuid7()), "--name", "x"]) == 1


def test_keys_rotate_by_command(machine: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    ring = Ring.of(machine.data, "internal")
    before = ring.active().kid
    assert commands.main(["rotate-keys"]) == 1
    assert "five minutes" in capsys.readouterr().out
    age_keys(ring)
    age_keys(Ring.of(machine.data, "public"))
    assert commands.main(["rotate-keys"]) == 0
    assert ring.active().kid != before and before in str(ring.published())
    assert commands.main(["rotate-keys", "--stolen"]) == 0
    assert before not in str(ring.published())


def age_keys(ring: Ring) -> None:
    keys = json.loads(ring.path.read_text())
    ring.path.write_text(json.dumps([key | {"since": "2026-01-01T00:00:00+00:00"} for key in keys]))


def test_verify_looks_into_every_database_and_says_where(
    machine: Settings,
    shared_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    looked: list[str] = []

    def verify_one(name: str, settings: Settings) -> list[Finding]:
        looked.append(name)
        return [Finding(name, "rfp:1", 7, "changed")] if name == "rfp" else []

    monkeypatch.setattr(commands, "verify_one", verify_one)
    assert commands.main(["verify"]) == 1
    assert set(looked) == {"rfp", "contracts", "monitoring", "notifications", "gateway"}
    assert "rfp: rfp:1, entry 7: changed" in capsys.readouterr().out
    monkeypatch.setattr(commands, "verify_one", lambda name, settings: [])
    assert commands.main(["verify"]) == 0
    assert "All audit chains are whole." in capsys.readouterr().out


def test_one_database_is_verified_for_real(
    machine: Settings, committed: Sessions, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_client(committed)
    there = commands.AllDatabases(**dict.fromkeys(NAMES, url_of(shared_engine)))
    monkeypatch.setattr(commands, "from_environment", lambda kind: there)
    assert [
        each for each in commands.verify_one("gateway", machine) if "client:" in each.chain
    ] == []


NAMES = ("gateway", "rfp", "contracts", "monitoring", "notifications")


def test_every_missing_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL_GATEWAY", "PUBLIC_URL", "UPSTREAM_RFP", "DATA", "KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PUBLIC_URL", "http://tandem.example")
    monkeypatch.setenv("TRUSTED_PROXIES", "nonsense")
    with pytest.raises(ConfigError) as refused:
        settings_from_environment()
    words = str(refused.value)
    for name in ("DATABASE_URL_GATEWAY", "UPSTREAM_RFP", "DATA", "PUBLIC_URL", "TRUSTED_PROXIES"):
        assert name in words
    assert re.search("PUBLIC_URL: must begin with https", words)
