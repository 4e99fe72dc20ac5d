"""`python -m deploy.demo`: fill a running stack, then write `$DATA/accounts.json`.

Reads BASE_URL, DATA, and the first administrator's ADMIN_EMAIL and ADMIN_PASSWORD. Where it was
interrupted, it goes on when it is run again.
"""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from deploy.demo import chain, people
from deploy.demo.accounts import Accounts, everybody, organisations
from deploy.demo.api import Api, eventually
from deploy.demo.chain import Offer, Wanted
from deploy.demo.journal import Journal
from deploy.demo.people import Account

PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def main() -> None:
    base_url, data = os.environ["BASE_URL"], Path(os.environ["DATA"])
    first = Account(
        os.environ["ADMIN_EMAIL"], os.environ["ADMIN_PASSWORD"], ["admin"], "lingang", "Admin"
    )
    say("people and organisations")
    admin, kept = people.api_of(base_url, first), Accounts(data / "accounts.json", first)
    ids = organisations(admin)
    accounts = everybody(admin, ids, kept)
    client = kept.client(admin, ids["callgrid"])
    journal = Journal(data / "demo-journal.json")
    apis = {name: people.api_of(base_url, each, journal) for name, each in accounts.items()}
    partner = Api.of_client(
        base_url, client["client_id"], client["client_secret"], "measurements:write", journal
    )
    make_chains(
        apis, partner, ids, {name: account.id for name, account in accounts.items()}, journal
    )
    journal.close()


def make_chains(
    apis: chain.People,
    partner: Api,
    ids: Mapping[str, str],
    committee: Mapping[str, str],
    journal: Journal,
) -> None:
    say("vendors")
    for _, slug in people.VENDORS:
        chain.admit(apis, ids[slug])
    say("a contract active for two months, with one breach")
    rfp = journal.whole("bids on an RFP", lambda: tendered(apis, ids, committee))
    running_contract(apis, partner, ids, rfp)
    say("an RFP that is open for bids, and a plan that waits for approval")
    open_rfp(apis, ids, committee)
    waiting = chain.write_plan(apis, wanted_warehouse())
    apis["requester"].post(f"/plans/{waiting['id']}/submission")


def tendered(
    apis: chain.People, ids: Mapping[str, str], committee: Mapping[str, str]
) -> chain.Json:
    """From the plan to the last bid. Bids close within seconds, so this is done in one go."""
    wanted = wanted_service_desk()
    plan = chain.write_plan(apis, wanted)
    chain.approve_plan(apis, plan["id"])
    rfp = chain.draft_rfp(
        apis,
        plan["id"],
        wanted,
        deadline_at=datetime.now(UTC) + timedelta(seconds=12),
        invitees=[ids[slug] for _, slug in people.VENDORS],
        committee=committee,
    )
    chain.publish(apis, rfp["id"])
    for offer in service_desk_offers():
        chain.bid(apis, rfp, offer)
    return rfp


def running_contract(
    apis: chain.People, partner: Api, ids: Mapping[str, str], rfp: chain.Json
) -> None:
    offers = service_desk_offers()
    chain.open_bids(apis, rfp)
    ranking = chain.evaluate(apis, rfp["id"], offers, ids)
    best = next(
        each for each in ranking["bids"] if each["organisation_id"] == ids[offers[0].vendor]
    )
    made = chain.award(apis, rfp["lots"][0]["id"], best["bid_id"])
    contract = chain.accepted_contract(apis, made["id"], offers[0].vendor)
    chain.deliver(apis, contract["milestones"][0]["id"], offers[0].vendor, PDF)
    metric = chain.metric_of(apis, contract["id"])
    first, second = past_months()
    good = chain.calls(first, count=400, answered=388)
    poor = chain.calls(second, count=400, answered=371)
    chain.measure(apis, partner, metric["id"], ids["callgrid"], iter([*good, *poor]))
    chain.evaluate_windows(apis, metric["id"])
    eventually(
        lambda: chain.items(apis["finance"], "/credits", contract_id=contract["id"]), "the credit"
    )


def open_rfp(apis: chain.People, ids: Mapping[str, str], committee: Mapping[str, str]) -> None:
    wanted = wanted_labelling()
    plan = chain.write_plan(apis, wanted)
    chain.approve_plan(apis, plan["id"])
    rfp = chain.draft_rfp(
        apis,
        plan["id"],
        wanted,
        deadline_at=in_days(9),
        invitees=[ids[slug] for _, slug in people.VENDORS],
        committee=committee,
        price_formula="linear_above_min",
    )
    chain.publish(apis, rfp["id"])
    chain.ask_and_answer(
        apis,
        rfp["id"],
        "huayun",
        "坐席是否必须在上海本地办公?",
        "No. Agents may work anywhere in mainland China; the team lead is on site.",
    )


def in_days(number: int) -> datetime:
    """Five in the afternoon in Shanghai: the same, when asked for again a minute later."""
    return (datetime.now(UTC) + timedelta(days=number)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )


def past_months() -> tuple[date, date]:
    """The first days of the two months that have ended last."""
    this = date.today().replace(day=1)  # noqa: DTZ011  # a demo's calendar
    last = (this - timedelta(days=1)).replace(day=1)
    return (last - timedelta(days=1)).replace(day=1), last


def wanted_service_desk() -> Wanted:
    starts_on = past_months()[0]
    ends_on = starts_on.replace(year=starts_on.year + 1) - timedelta(days=1)
    scope = "First and second level support for 4,000 workplaces in 12 warehouses, 7 × 24 h."
    return Wanted("Service desk 2026/27 服务台外包", scope, starts_on, ends_on)


def wanted_labelling() -> Wanted:
    starts_on = date.today() + timedelta(days=45)  # noqa: DTZ011
    scope = "Customer hotline for parcel tracking in Chinese and English, 60 seats."
    ends_on = starts_on + timedelta(days=365)
    return Wanted(
        "Customer hotline 客户热线外包", scope, starts_on, ends_on, lot="Hotline, 60 seats"
    )


def wanted_warehouse() -> Wanted:
    starts_on = date.today() + timedelta(days=90)  # noqa: DTZ011
    ends_on = starts_on + timedelta(days=730)
    scope = "Picking and packing in the Lingang and Taicang warehouses at peak season."
    return Wanted(
        "Peak-season picking 旺季拣货外包",
        scope,
        starts_on,
        ends_on,
        objectives="Pick 12,000 order lines a day in November; at most 3 of 1,000 wrong.",
        scope_out="Receiving, stocktaking and transport stay in house.",
        labour="Pickers 拣货员",
        licences="Scanner licences",
    )


def service_desk_offers() -> list[Offer]:
    return [
        Offer(
            "huayun", Decimal("142000"), Decimal("88000"), Decimal("95"),
            "A team of 34 agents who have run a desk of this size for three years.", PDF,
            {"technical": 5, "service": 4, "team": 4, "security": 5},
        ),
        Offer(
            "nordwind", Decimal("139500"), Decimal("120000"), Decimal("93"),
            "A shared desk in two locations with follow-the-sun support.", PDF,
            {"technical": 4, "service": 4, "team": 3, "security": 4},
        ),
    ]  # fmt: skip


def say(what: str) -> None:
    print(f"  demo data: {what}", flush=True)


if __name__ == "__main__":
    main()
