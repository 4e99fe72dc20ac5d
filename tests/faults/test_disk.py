"""The disk is full while a file arrives: people read why, in their language, and nothing is left.

A small file system is mounted over the folder of the files. Without the right to mount, the server
may write no longer files than so many bytes.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from support.pages import Forms
from support.story import Cast, a_wish

from deploy.demo import chain
from deploy.demo.api import Api, ApiError
from deploy.demo.people import Browser
from faults import table
from faults.checker import Verdict
from faults.ground import Ground

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]
ROOM = 1_000_000
LARGE, SMALL = b"%PDF-1.7 " + bytes(1_300_000), b"%PDF-1.7 small"
WORDS = {"nordwind": "no room left", "huayun": "存储空间不足"}  # in the language of each


@pytest.fixture(scope="module")
def lot_id(who: Cast) -> str:
    wish = a_wish()
    plan = chain.write_plan(who.apis, wish)
    chain.approve_plan(who.apis, plan["id"])
    deadline_at = datetime.now(UTC) + timedelta(hours=2)
    invitees = [who.ids["huayun"], who.ids["nordwind"]]
    rfp = chain.draft_rfp(
        who.apis, plan["id"], wish, deadline_at=deadline_at, invitees=invitees, committee=who.ids
    )
    chain.publish(who.apis, rfp["id"])
    return str(rfp["lots"][0]["id"])


@contextmanager
def full(ground: Ground) -> Iterator[Path]:
    """The folder of files as the service has it now: with little room."""
    folder = ground.stack.data / "storage" / "rfp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    else:
        with limited(ground):
            yield folder


@contextmanager
def limited(ground: Ground) -> Iterator[None]:
    processes = psutil.Process(ground.pid("rfp")).children()
    for each in processes:
        each.rlimit(psutil.RLIMIT_FSIZE, (ROOM, psutil.RLIM_INFINITY))
    try:
        yield
    finally:
        for each in processes:
            each.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))


@dataclass
class Vendor:
    """A member of a vendor, who reads this language."""

    who: Cast
    name: str
    lot_id: str
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def api(self) -> Api:
        return self.who.apis[self.name]

    def by_api(self, content: bytes) -> tuple[int, str]:
        sent = {"Idempotency-Key": self.key, "Content-Type": "application/octet-stream"}
        path = f"/api/v1/lots/{self.lot_id}/files?name=solution.pdf"
        answer = self.api.http.post(path, content=content, headers=self.api.bearer() | sent)
        return answer.status_code, str(answer.json())

    def by_page(self, content: bytes) -> tuple[int, str]:
        browser = Browser(self.who.base_url, *self.who.passwords[self.name])
        page = browser.send("GET", f"/portal/bids/lots/{self.lot_id}").text
        form = next(each for each in Forms(page).forms if "/portal/bids/lots/" in each.action)
        fields: dict[str, Any] = {name: values[0] for name, values in form.fields.items()}
        file = {"file": ("solution.pdf", content, "application/pdf")}
        try:
            answer = browser.send("POST", form.action, data=fields, files=file)
        except ApiError as error:
            return error.status, error.body
        return answer.status_code, answer.text

    def files(self) -> list[str]:
        return [each["id"] for each in self.api.get(f"/lots/{self.lot_id}/draft")["files"]]

    def forget(self) -> None:
        for number in self.files():
            self.api.call("DELETE", f"/lots/{self.lot_id}/files/{number}")


def test_a_full_disk_is_said_and_leaves_nothing(ground: Ground, who: Cast, lot_id: str) -> None:
    vendors = {name: Vendor(who, f"{name}.vendor_admin", lot_id) for name in WORDS}
    half: list[str] = []
    for _ in range(rounds := table.rounds(1, 5)):
        before = left(ground)
        with full(ground) as folder:
            for name, words in WORDS.items():
                for send in (vendors[name].by_api, vendors[name].by_page):
                    status, said = send(LARGE)
                    assert status == 507 and words in said, said
            half += left(ground) if folder.is_mount() else []
        half += [each for each in left(ground) if each not in before]
        half += [number for vendor in vendors.values() for number in vendor.files()]
        for vendor in vendors.values():
            status, said = vendor.by_api(SMALL)
            assert status == 201 and len(vendor.files()) == 1, said
            vendor.forget()
            vendor.key = str(uuid4())
    table.note("disk full for uploads", rounds, Verdict([], half, []))
    assert half == []


def left(ground: Ground) -> list[str]:
    folder = ground.stack.data / "storage" / "rfp"
    return [str(each) for each in folder.rglob("*") if each.is_file()]
