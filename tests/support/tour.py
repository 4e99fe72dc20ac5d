"""The pictures of docs/tour.md, from a running stack with its demo data.

`PYTHONPATH=.:tests python -m support.tour STACK_JSON [NAME …]`
"""

import base64
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from deploy.demo import chain
from support.chromium import ROOT, chromium
from support.gate import LOADED, TURN
from support.screens import signed_in
from support.stack import RunningStack
from support.story import Cast, cast

FOLDER = ROOT / "docs" / "tour"
WIDE, NARROW = (1280, 800), (390, 800)
QUALITY, MOST_BYTES = 72, 60 * 1024


@dataclass(frozen=True)
class Picture:
    name: str
    who: str
    path: str
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = WIDE


def pictures(who: Cast) -> Iterator[Picture]:
    """The demo has a plan that waits, an RFP that is open, and a contract with a breach."""
    apis, vendor = who.apis, "huayun.vendor_admin"
    plan = first(chain.items(apis["approver"], "/plans"), "submitted")
    rfp = first(chain.items(apis["buyer"], "/rfps"), "open")
    lot = apis[vendor].get(f"/rfps/{rfp}")["lots"][0]["id"]
    contract = chain.items(apis["contract_manager"], "/contracts")[-1]["id"]
    metric = chain.metric_of(apis, contract)["id"]
    credit = first(chain.items(apis["finance"], "/credits", contract_id=contract), "proposed")
    judged = first(chain.items(apis["buyer"], "/rfps"), "awarded")
    yield Picture("1-my-work", "contract_manager", "/work")
    yield Picture("2-approval", "approver", f"/admin/plans/{plan}")
    yield Picture("3-rfp", "buyer", f"/admin/rfps/{rfp}")
    yield Picture("4-bid", vendor, f"/portal/bids/lots/{lot}", "zh-Hans")
    yield Picture("5-comparison", "buyer", f"/admin/evaluations/{judged}")
    yield Picture("6-contract", vendor, f"/portal/contracts/{contract}", "zh-Hans", "dark")
    yield Picture("7-service-level", "contract_manager", f"/admin/performance/{metric}")
    yield Picture("8-credit", "finance", f"/admin/contracts/{contract}/credits/{credit}")
    yield Picture("9-milestones", vendor, "/portal/milestones", "zh-Hans", "light", NARROW)
    yield Picture("10-operations", "operator", "/admin/operations", "en", "dark")


def first(found: list[dict[str, str]], state: str) -> str:
    """Of a list that begins with the newest."""
    return next(e["id"] for e in reversed(found) if state in (e.get("stage"), e.get("state")))


def taken(page: Page, picture: Picture) -> bytes:
    """WebP, which Playwright itself does not write."""
    width, height = picture.size
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(TURN, picture.theme)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(LOADED)
    shot = {"format": "webp", "quality": QUALITY}
    sent = page.context.new_cdp_session(page).send("Page.captureScreenshot", shot)
    return base64.b64decode(sent["data"])


def main(stack: RunningStack, only: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    with closing(cast(stack.described())) as who, chromium() as browser:
        for picture in (each for each in pictures(who) if not only or each.name in only):
            person = signed_in(browser, who, picture.who, picture.language)
            person.go(picture.path)
            content = taken(person.page, picture)
            assert len(content) <= MOST_BYTES, f"{picture.name} has {len(content)} bytes"
            (FOLDER / f"{picture.name}.webp").write_bytes(content)
            person.context.close()


if __name__ == "__main__":
    main(RunningStack(Path(sys.argv[1])), sys.argv[2:])
