from pathlib import Path

import pytest

from shared.config import ConfigError, ServiceSettings, service_settings

GOOD = {
    "DATABASE_URL_RFP": "postgresql://u:p@127.0.0.1:5432/tandem_rfp",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "PUBLIC_URL": "http://127.0.0.1:8400/",
    "INTERNAL_JWKS_URL": "http://127.0.0.1:8401/internal/jwks.json",
    "INTERNAL_ISSUER": "http://127.0.0.1:8400",
    "SMTP_URL": "smtp://127.0.0.1:8413",
}


def test_settings_are_read_and_defaults_stand(tmp_path: Path) -> None:
    found = service_settings(ServiceSettings, "rfp", GOOD | {"DATA": str(tmp_path)})
    assert found.public_url == "http://127.0.0.1:8400" and found.data == tmp_path
    assert found.allow_unscanned is False


def test_every_fault_is_named_at_once() -> None:
    bad = GOOD | {"KAFKA_BOOTSTRAP": "nowhere", "ALLOW_UNSCANNED": "yes"}
    del bad["DATABASE_URL_RFP"]
    with pytest.raises(ConfigError) as told:
        service_settings(ServiceSettings, "rfp", bad)
    for name in ("DATABASE_URL_RFP", "KAFKA_BOOTSTRAP", "ALLOW_UNSCANNED", "DATA"):
        assert name in str(told.value)
    assert "PUBLIC_URL" not in str(told.value)
