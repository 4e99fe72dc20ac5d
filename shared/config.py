"""Settings come from the environment, once, and every fault is named at the same time."""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class ConfigError(Exception):
    """Names every missing or wrong setting."""


def setting(name: str, parse: Callable[[str], Any] = str, default: Any = MISSING) -> Any:
    """A dataclass field that is read from the environment variable `name`."""
    metadata = {"name": name, "parse": parse}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def from_environment(
    kind: type[T], environ: Mapping[str, str] = os.environ, renamed: Mapping[str, str] | None = None
) -> T:
    values: dict[str, Any] = {}
    faults: list[str] = []
    for each in fields(kind):  # type: ignore[arg-type]  # every settings class is a dataclass
        name = (renamed or {}).get(each.metadata["name"], each.metadata["name"])
        try:
            values |= read(each, environ.get(name, ""))
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise ConfigError("Wrong or missing settings:\n  " + "\n  ".join(faults))
    return kind(**values)


def read(each: Field[Any], text: str) -> dict[str, Any]:
    if text:
        return {each.name: each.metadata["parse"](text)}
    if each.default is MISSING:
        raise ValueError("is missing")
    return {}


def url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes or not urlsplit(text).hostname:
            raise ValueError(f"is not a URL that begins with {' or '.join(schemes)}")
        return text.rstrip("/")

    return parse


def flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("is neither 0 nor 1")
    return text == "1"


def folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise ValueError("is not a folder")
    return Path(text)


def addresses(text: str) -> str:
    for address in text.split(","):
        if not address.rpartition(":")[2].isdigit():
            raise ValueError("is not a list of host:port")
    return text


def address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("is not host:port")
    return text


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every deployable reads. A service's own settings are a subclass."""

    database_url: str = setting("DATABASE_URL", url("postgresql"))
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", addresses)
    public_url: str = setting("PUBLIC_URL", url("http", "https"))
    internal_jwks_url: str = setting("INTERNAL_JWKS_URL", url("http", "https"))
    internal_issuer: str = setting("INTERNAL_ISSUER", url("http", "https"))
    smtp_url: str = setting("SMTP_URL", url("smtp", "smtps"))
    data: Path = setting("DATA", folder)
    allow_unscanned: bool = setting("ALLOW_UNSCANNED", flag, False)
    log_level: str = setting("LOG_LEVEL", str, "INFO")
    metrics_bind: str = setting("METRICS_BIND", address, "")  # edge and workers: host:port


def service_settings(kind: type[T], service: str, environ: Mapping[str, str] = os.environ) -> T:
    """Read the settings of one service, whose database is named after it: DATABASE_URL_RFP."""
    own = {"DATABASE_URL": f"DATABASE_URL_{service.upper()}"}
    return from_environment(kind, environ, own)
