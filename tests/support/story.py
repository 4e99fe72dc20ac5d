"""The chain as a test tells it: names, titles and prices are drawn while it runs."""

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from deploy.demo import chain, people
from deploy.demo.__main__ import past_months
from deploy.demo.api import Api, eventually
from deploy.demo.chain import Offer, Wanted

DRAW = random.SystemRandom()
DEADLINE_S = 12


@dataclass
class Cast:
    """The demo people of a running stack, each with their API; and ids by short name."""

    base_url: str
    apis: dict[str, Api]
    passwords: dict[str, tuple[str, str]]
    ids: dict[str, str]
    partner: Api

    def close(self) -> None:
        for api in (*self.apis.values(), self.partner):
            api.close()


def cast(described: dict[str, Any]) -> Cast:
    """From the contents of `stack.json`."""
    base_url, apis, passwords = described["base_url"], {}, {}
    for account in described["accounts"]:
        name = short_name(account)
        passwords[name] = (account["email"], account["password"])
        made = people.Account(
            account["email"], account["password"], account["roles"], account["organisation"], name
        )
        apis[name] = people.api_of(base_url, made)
    [client] = [each for each in described["clients"] if each["organisation"] == "callgrid"]
    partner = Api.of_client(
        base_url, client["client_id"], client["client_secret"], "measurements:write"
    )
    return Cast(base_url, apis, passwords, ids_of(apis["admin"]), partner)


def short_name(account: dict[str, Any]) -> str:
    local = str(account["email"]).split("@")[0]
    vendors = {slug for _, slug in people.VENDORS}
    organisation = account["organisation"]
    return f"{organisation}.{local}" if organisation in vendors else local


def ids_of(admin: Api) -> dict[str, str]:
    found = {each["slug"]: each["id"] for each in chain.items(admin, "/organisations")}
    slugs = {number: slug for slug, number in found.items()}
    for person in chain.items(admin, "/people"):
        account = person | {"organisation": slugs[person["organisation_id"]]}
        found[short_name(account)] = person["id"]
    return found


def a_wish() -> Wanted:
    starts_on = past_months()[0]
    return Wanted(
        f"Service {secrets.token_hex(4)} 外包",
        f"Scope {secrets.token_hex(8)}",
        starts_on,
        starts_on.replace(year=starts_on.year + 1) - timedelta(days=1),
        lot=f"Night shift {secrets.token_hex(4)}",
        sla=f"Answered in time {secrets.token_hex(3)}",
    )


def an_offer(vendor: str, grade: int) -> Offer:
    return Offer(
        vendor,
        Decimal(DRAW.randrange(8_000_000, 15_000_000)) / 100,
        Decimal(DRAW.randrange(500_000, 2_000_000)) / 100,
        Decimal(DRAW.randrange(9_200, 10_000)) / 100,
        f"Solution {secrets.token_hex(16)}",
        secrets.token_hex(32).encode(),
        dict.fromkeys(("technical", "service", "team", "security"), grade),
    )


@dataclass
class Told:
    """What came of it."""

    wanted: Wanted
    offers: list[Offer]
    rfp: dict[str, Any]
    receipts: list[tuple[str, dict[str, Any]]]  # vendor and receipt, in the order of submission
    award: dict[str, Any]
    contract: dict[str, Any]
    credit: dict[str, Any]


def tell(who: Cast, between: Any = lambda step: None) -> Told:
    """The whole chain through the API. `between` is called with the name of each step."""
    wanted, offers = a_wish(), [an_offer("huayun", 5), an_offer("nordwind", 2)]
    rfp = published_rfp(who, wanted)
    between("published")
    receipts = [(offer.vendor, chain.bid(who.apis, rfp, offer)) for offer in offers]
    receipts.append(("huayun", chain.bid(who.apis, rfp, offers[0], replace=True)))
    between("bids received")
    chain.open_bids(who.apis, rfp)
    between("opened")
    ranking = chain.evaluate(who.apis, rfp["id"], offers, who.ids)
    between("evaluated")
    winner = [b for b in ranking["bids"] if b["organisation_id"] == who.ids["huayun"]]
    award = chain.award(who.apis, rfp["lots"][0]["id"], winner[0]["bid_id"])
    between("awarded")
    contract = chain.accepted_contract(who.apis, award["id"], "huayun")
    between("contract active")
    for milestone in contract["milestones"]:
        chain.deliver(who.apis, milestone["id"], "huayun", b"%PDF-1.7 report")
    between("delivered")
    credit = breach(who, contract)
    between("credit approved")
    return Told(wanted, offers, rfp, receipts, award, contract, credit)


def published_rfp(who: Cast, wanted: Wanted) -> dict[str, Any]:
    plan = chain.write_plan(who.apis, wanted)
    chain.approve_plan(who.apis, plan["id"])
    rfp = chain.draft_rfp(
        who.apis,
        plan["id"],
        wanted,
        deadline_at=datetime.now(UTC) + timedelta(seconds=DEADLINE_S),
        invitees=[who.ids["huayun"], who.ids["nordwind"]],
        committee=who.ids,
    )
    chain.publish(who.apis, rfp["id"])
    chain.ask_and_answer(
        who.apis, rfp["id"], "nordwind", "How many calls a day? 每天多少？", "900."
    )
    return rfp


def breach(who: Cast, contract: dict[str, Any]) -> dict[str, Any]:
    """The first month 90.5 % of the calls are answered in time: the 5 % tier."""
    metric = chain.metric_of(who.apis, contract["id"])
    first, second = past_months()
    poor = chain.calls(first, count=200, answered=181, source=secrets.token_hex(4))
    good = chain.calls(second, count=200, answered=200, source=secrets.token_hex(4))
    chain.measure(who.apis, who.partner, metric["id"], who.ids["callgrid"], iter([*poor, *good]))
    chain.evaluate_windows(who.apis, metric["id"])
    return chain.approved_credit(who.apis, contract["id"])


def settled(look: Any, what: str) -> Any:
    return eventually(look, what, within=90)
