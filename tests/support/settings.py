"""Settings for apps under test: nothing they name is reached."""

from pathlib import Path

SERVICES = ("rfp", "contracts", "monitoring", "notifications")


def environment(
    data: Path, database_url: str = "postgresql://u:p@127.0.0.1:1/none"
) -> dict[str, str]:
    for folder in ("keys", "storage", "logs", "tmp"):
        (data / folder).mkdir(parents=True, exist_ok=True)
    databases = {f"DATABASE_URL_{name.upper()}": database_url for name in (*SERVICES, "gateway")}
    upstreams = {
        f"UPSTREAM_{name.upper()}": f"http://127.0.0.1:{port}"
        for port, name in enumerate(("idp", *SERVICES), start=1)
    }
    return {
        **databases,
        **upstreams,
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "PUBLIC_URL": "http://127.0.0.1:8400",
        "INTERNAL_JWKS_URL": "http://127.0.0.1:1/internal/jwks.json",
        "INTERNAL_ISSUER": "http://127.0.0.1:8400",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "DATA": str(data),
        "ALLOW_UNSCANNED": "1",
        "RFP_LEAST_LEAD_SECONDS": "5",
        "PORT": "8400",
    }
