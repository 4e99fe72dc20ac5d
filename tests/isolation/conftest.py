import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from support.stack import RunningStack

from gateway.keys import Ring
from gateway.tokens import Minter
from isolation import consumed, stuck
from isolation.company import assembled, sign_in
from isolation.run import COUNTS
from isolation.scene import Scene, played
from isolation.sender import Sender
from shared.messaging.schemas import ROOT


@pytest.fixture(scope="package")
def sender(stack: RunningStack) -> Iterator[Sender]:
    ports = {each["name"]: each["port"] for each in stack.described()["processes"]}
    services = {name: f"http://127.0.0.1:{ports[process(name)]}" for name in stuck.DATABASES}
    minter = Minter(Ring.of(stack.data, "internal"), stack.base_url)
    with closing(Sender(stack.base_url, services, minter)) as made:
        yield made


def process(name: str) -> str:
    return "idp" if name == "gateway" else name


@pytest.fixture(scope="package")
def scene(stack: RunningStack, sender: Sender) -> Iterator[Scene]:
    """Everybody, and everything that they ask for."""
    company = assembled(stack, sender)
    made = Scene(company, stack)
    with closing(company.who), stuck.waiting(stack) as places:
        made.places |= places
        with ThreadPoolExecutor(1) as meanwhile:
            more = meanwhile.submit(consumed.played, made)
            played(made)
            more.result()
        made.places["other_session"] = second_session(stack, sender, made)
        yield made


def second_session(stack: RunningStack, sender: Sender, scene: Scene) -> str:
    """Of huayun's administrator, in another browser."""
    name = "huayun.vendor_admin"
    sign_in(sender, scene.company.accounts[name])
    query = "SELECT id FROM sessions WHERE person_id = %s ORDER BY opened_at DESC LIMIT 1"
    [(number,)] = stack.rows("gateway", query, scene.company.actors[name].person_id)
    return str(number)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The numbers in one line, and for the docs in build/isolation.json."""
    if COUNTS:
        said = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in COUNTS.items())
        terminalreporter.write_line(f"isolation: {said}")
        (ROOT / "build").mkdir(exist_ok=True)
        (ROOT / "build" / "isolation.json").write_text(json.dumps(COUNTS, indent=2) + "\n")
