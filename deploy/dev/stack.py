"""One stack: where its data lie and on which ports it listens."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
DEFAULT_PORT = 8400
OFFSETS = {
    "edge": 0,
    "idp": 1,
    "rfp": 2,
    "contracts": 3,
    "monitoring": 4,
    "notifications": 5,
    "edge-metrics": 6,
    "postgres": 10,
    "kafka": 11,
    "kafka-controller": 12,
    "mail": 13,
    "gateway-worker": 14,
    "rfp-worker": 15,
    "contracts-worker": 16,
    "monitoring-worker": 17,
    "notifications-worker": 18,
}
PRIVATE = ("keys", "storage", "logs", "mail", "run", "tmp")


@dataclass(frozen=True)
class Stack:
    data: Path
    port: int

    def port_of(self, name: str) -> int:
        return self.port + OFFSETS[name]

    def url_of(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port_of(name)}"

    def counters(self, name: str) -> Path:
        """Where the processes of one server count together."""
        return self.data / "run" / "counters" / name

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def state_file(self) -> Path:
        """What the launcher last said of its processes."""
        return self.data / "run" / "state.json"

    @property
    def restart_file(self) -> Path:
        """Which process the launcher shall renew; it takes the file away when it begins."""
        return self.data / "run" / "restart"

    @property
    def stack_file(self) -> Path:
        """For tools and tests."""
        return self.data / "stack.json"

    @property
    def accounts_file(self) -> Path:
        """Written by the demo: {"accounts": […], "clients": […]}."""
        return self.data / "accounts.json"

    @property
    def demo_marker(self) -> Path:
        return self.data / "demo-data.done"

    def make_folders(self) -> None:
        """The top may be walked through, because PostgreSQL may run as another account."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o711)
        for name in PRIVATE:
            (self.data / name).mkdir(mode=0o700, exist_ok=True)


def from_environment(environ: Mapping[str, str] = os.environ) -> Stack:
    """`DATA` and `PORT`; a stack that has run before keeps its port."""
    data = Path(environ.get("DATA") or ROOT / ".tandem").absolute()
    port = environ.get("PORT") or last_port(data) or DEFAULT_PORT
    return Stack(data, int(port))


def last_port(data: Path) -> int | None:
    state = read_json(data / "run" / "state.json")
    return urlsplit(state["base_url"]).port if "base_url" in state else None


def read_json(file: Path) -> dict[str, Any]:
    """Empty where there is no such file."""
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return found


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Readable by us alone, and never half written."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(content, out, indent=2, ensure_ascii=False)
    new.rename(file)
