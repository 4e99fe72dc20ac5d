"""People, vendors and requests for proposals to work on, made through the running stack's API."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from support.stack import RunningStack

from deploy.demo import chain
from deploy.demo.api import Api, ApiError, eventually
from deploy.demo.chain import EVALUATORS, OPENERS, Json, Wanted
from deploy.demo.people import Account, Browser, api_of
from gateway.keys import Ring
from gateway.tokens import Identity, Minter

CLOSES_IN = timedelta(days=2)
ADMITTED = {"tier": 2, "categories": ["service_desk"], "note": "Screened; references checked."}


@dataclass(frozen=True)
class Bidder:
    organisation_id: str
    client_id: str
    client_secret: str = field(repr=False)


class Scene:
    """The stack as the people of the demo see it."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack, self.base_url = stack, stack.base_url
        self.described = stack.described()
        accounts = [known(each) for each in self.described["accounts"]]
        self.accounts = {each.email.split("@")[0]: each for each in accounts}
        self.people: dict[str, Api] = {
            name: api_of(self.base_url, account) for name, account in self.accounts.items()
        }

    def port(self, name: str) -> int:
        return int(self.stack.process(name)["port"])

    def pids(self, *names: str) -> dict[str, int]:
        every = {each["name"]: each["pid"] for each in self.described["processes"]}
        return {name: pid for name, pid in every.items() if not names or name in names}

    @cached_property
    def cookie(self) -> str:
        buyer = self.accounts["buyer"]
        return Browser(self.base_url, buyer.email, buyer.password).cookie

    @cached_property
    def committee(self) -> dict[str, str]:
        return {name: self.person_id(name) for name in (*EVALUATORS, *OPENERS)}

    def person_id(self, name: str) -> str:
        email = self.accounts[name].email
        return str(self.people["admin"].get("/people", email=email)["items"][0]["id"])

    def bidders(self, count: int) -> list[Bidder]:
        """Vendors that bid by machine, admitted and with a client each."""
        made = [self.bidder() for _ in range(count)]
        for each in made:
            path = f"/vendors/{each.organisation_id}/admission"
            eventually(partial(self.admitted, path), "the vendor")
        return made

    def admitted(self, path: str) -> bool:
        """False as long as the service has not heard of the vendor."""
        try:
            self.people["buyer"].post(path, ADMITTED)
        except ApiError as fault:
            if fault.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def bidder(self) -> Bidder:
        admin, slug = self.people["admin"], f"bench-{secrets.token_hex(5)}"
        vendor = admin.post("/organisations", {"kind": "vendor", "name": slug, "slug": slug})
        sent = {"organisation_id": vendor["id"], "name": slug, "scopes": []}
        client = admin.post("/clients", sent)
        return Bidder(vendor["id"], client["client_id"], client["client_secret"])

    def plan_id(self) -> str:
        plan = chain.write_plan(self.people, wanted())
        chain.approve_plan(self.people, plan["id"])
        return str(plan["id"])

    def rfps(self, count: int, plan_id: str, bidders: list[Bidder]) -> list[Json]:
        """Open for bids, to all of these bidders."""
        return [self.rfp(plan_id, bidders) for _ in range(count)]

    def rfp(self, plan_id: str, bidders: list[Bidder]) -> Json:
        made = chain.draft_rfp(
            self.people,
            plan_id,
            wanted(),
            deadline_at=datetime.now(UTC) + CLOSES_IN,
            invitees=[each.organisation_id for each in bidders],
            committee=self.committee,
        )
        chain.publish(self.people, made["id"])
        return made

    def token(self, bidder: Bidder) -> str:
        """An access token of the gateway, for ten minutes."""
        api = Api.of_client(self.base_url, bidder.client_id, bidder.client_secret)
        return api.authenticate()

    @cached_property
    def minter(self) -> Minter:
        return Minter(Ring.of(self.stack.data, "internal"), self.base_url)

    def internal_token(self, bidder: Bidder, audience: str) -> str:
        """What the gateway makes of a bidder's token for one service."""
        subject = f"cli_{bidder.client_id}"
        return self.minter.token(
            Identity(subject, UUID(bidder.organisation_id), "bench", "vendor"), audience
        )


def known(account: dict[str, Any]) -> Account:
    return Account(
        account["email"],
        account["password"],
        account["roles"],
        account["organisation"],
        account.get("name", ""),
    )


def wanted() -> Wanted:
    starts_on = date.today() + timedelta(days=30)  # noqa: DTZ011  # a day more or less is the same
    return Wanted(
        title=f"Service desk {secrets.token_hex(3)}",
        scope="First and second level for 4,000 people.",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=365),
    )


def bid_body(rfp: Json, number: int) -> Json:
    """About a kilobyte, as an ordinary bid without files has."""
    return {
        "solution": "Two shifts, a named lead, handover within 30 days. " * 8,
        "lines": [
            {
                "title": "Service desk, monthly fee",
                "kind": "monthly",
                "quantity": "1",
                "unit_price": f"{80_000 + number % 9_000}.00",
            },
            {"title": "Transition", "kind": "one_off", "quantity": "1", "unit_price": "60000.00"},
        ],
        "promises": [{"target_id": rfp["sla_targets"][0]["id"], "value": "97"}],
        "files": [],
    }


def granted_metric(scene: Scene, partner_id: str) -> str:
    """A metric of the demo's contract to which the partner may write."""
    manager = scene.people["contract_manager"]
    metric = eventually(lambda: chain.items(manager, "/metrics"), "a metric")[0]
    manager.post(f"/metrics/{metric['id']}/grants", {"organisation_id": partner_id})
    return str(metric["id"])
