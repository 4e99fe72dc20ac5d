"""Every Flask app of the product, made once, for tests that look at all routes."""

import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import sessionmaker

from shared.config import service_settings
from support.settings import SERVICES, environment


@cache
def apps() -> dict[str, Flask]:
    data = Path(tempfile.mkdtemp())
    return {name: make_app(name, data) for name in (*SERVICES, "gateway")}


def make_app(name: str, data: Path) -> Flask:
    package = name if name == "gateway" else f"services.{name}"
    settings = service_settings(
        import_module(f"{package}.config").Settings, name, environment(data)
    )
    made: Flask = import_module(f"{package}.app").create_app(
        settings, sessions=sessionmaker(), identify=lambda token: None
    )
    return made
