"""Files of ours that the edge serves itself: styles, scripts, event schemas, the catalogue."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from gateway.incoming import Incoming
from gateway.replies import Reply
from gateway.routes import SERVICES
from shared.messaging import schemas

ROOT = Path(__file__).parents[1]
DIST = ROOT / "shared" / "web" / "static" / "dist"
EVENTS = ROOT / "docs" / "asyncapi.json"  # generated and checked in
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
ASYNCAPI = "application/vnd.aai.asyncapi+json"
FOR_EVER = ("Cache-Control", "public, max-age=31536000, immutable")
FOR_MINUTES = ("Cache-Control", "public, max-age=300")


@dataclass(frozen=True)
class Asset:
    """A file in memory, once as it is and once compressed where that pays."""

    media_type: str
    plain: bytes
    packed: bytes | None


def address(name: str) -> str:
    """`tandem.css` -> `/static/tandem.1f3a….css`. The plain name where nothing is built yet."""
    manifest = DIST / "manifest.json"
    built = manifest.stat().st_mtime_ns if manifest.exists() else 0
    return f"/static/{hashed_names(built).get(name, name)}"


@cache
def hashed_names(built: int) -> Mapping[str, str]:
    found: Mapping[str, str] = {}
    if built:
        found = json.loads((DIST / "manifest.json").read_text())["files"]
    return found


@cache
def load(path: Path, modified: int) -> Asset:
    media_type = guess_type(path.name)[0] or "application/octet-stream"
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9) if media_type.startswith(COMPRESSIBLE) else None
    return Asset(media_type, plain, packed)


def static(request: Incoming) -> Reply | None:
    """What the build made. A name with a hash never means anything else: keep it for ever."""
    name = request.path.removeprefix("/static/")
    path = DIST / name
    if not NAME.fullmatch(name) or name == "manifest.json" or not path.is_file():
        return None
    hashed = name in hashed_names((DIST / "manifest.json").stat().st_mtime_ns).values()
    asset = load(path, path.stat().st_mtime_ns)
    headers = [("Content-Type", asset.media_type), FOR_EVER if hashed else FOR_MINUTES]
    if asset.packed is None or "gzip" not in request.header("accept-encoding"):
        return Reply(200, [*headers, ("Vary", "Accept-Encoding")], asset.plain)
    packed = ("Content-Encoding", "gzip")
    return Reply(200, [*headers, ("Vary", "Accept-Encoding"), packed], asset.packed)


def schema(request: Incoming) -> Reply | None:
    """The JSON Schema of an event type, where `dataschema` of its events points."""
    name = request.path.removeprefix("/schemas/").removesuffix(".json")
    if name == "asyncapi":
        return Reply(200, [("Content-Type", "application/json"), FOR_MINUTES], EVENTS.read_bytes())
    path = schemas.paths().get(name)
    if path is None:
        return None
    headers = [("Content-Type", "application/schema+json"), FOR_MINUTES]
    return Reply(200, headers, path.read_bytes())


def catalogue(public_url: str) -> Reply:
    """RFC 9727: which interfaces there are, and where each is described."""
    described = [
        {
            "anchor": f"{public_url}/api/v1",
            "service-desc": [
                {"href": f"{public_url}{openapi(name)}", "type": "application/json"},
            ],
        }
        for name in (*SERVICES, "gateway")
    ]
    metadata = f"{public_url}/.well-known/oauth-authorization-server"
    token = {
        "anchor": f"{public_url}/oauth/token",
        "service-meta": [{"href": metadata, "type": "application/json"}],
    }
    events = {
        "anchor": f"{public_url}/schemas/",
        "service-desc": [{"href": f"{public_url}/schemas/asyncapi.json", "type": ASYNCAPI}],
    }
    body = json.dumps({"linkset": [*described, events, token]}, indent=2).encode()
    profile = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    return Reply(200, [("Content-Type", profile), FOR_MINUTES], body)


def openapi(service: str) -> str:
    return f"/api/v1/openapi/{service}.json"
