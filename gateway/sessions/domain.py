"""What a browser session is and when it is over."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared.kernel import uuid7

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH_AFTER = timedelta(minutes=1)  # we note a sign of life at most this often


@dataclass(eq=False)
class BrowserSession:
    """Only the browser has the token; we keep its SHA-256."""

    person_id: UUID
    token_sha256: bytes
    csrf: str
    opened_at: datetime
    last_seen_at: datetime
    address: str
    browser: str
    ended_at: datetime | None = None
    id: UUID = field(default_factory=uuid7)


def new_token() -> str:
    """256 bits in 43 characters."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome"}
BROWSERS |= {"Safari/": "Safari"}  # last: all others say so too
SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad"}
SYSTEMS |= {"Mac OS": "macOS", "Linux": "Linux"}


def browser_name(user_agent: str) -> str:
    """`Firefox, Windows` of the long line that browsers send; of other programs the first word."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system))) if browser else user_agent.split("/")[0][:60]
