"""Pages of what has ended or not begun: cancelled, declined, closed, withdrawn, empty."""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from deploy.demo import chain
from deploy.demo.api import ApiError
from support.scenes import Shot, made_rfp
from support.story import Cast, an_offer

BIDDER, LOSER = "huayun", "nordwind"
WINNING, LOSING = "huayun.vendor_admin", "nordwind.vendor_admin"
REASON = "The warehouse moves, so the service is bought next year. 仓库搬迁，明年再采购。"


@dataclass(frozen=True)
class Ended:
    """A lot on which both have bid; `bids` and what came of it."""

    rfp: str
    lot: str
    won: str
    lost: str
    award: str = ""
    contract: str = ""


@dataclass(frozen=True)
class Endings:
    open_rfp: str
    cancelled: str
    cancelled_bid: str
    without_bids: str
    withdrawn: str
    undecided: Ended
    closed: Ended
    drafted: Ended
    half_signed: Ended
    declined: Ended
    metric: str
    window: str
    closed_window: str
    newcomer: tuple[str, str]


def endings(who: Cast) -> Endings:
    apis, bidding = who.apis, [made_rfp(who, seconds=25) for _ in range(6)]
    open_rfp, cancelled = (made_rfp(who, seconds=900_000) for _ in range(2))
    cancelled_bid = chain.bid(apis, cancelled, an_offer(LOSER, 3))
    apis["buyer"].post(f"/rfps/{cancelled['id']}/cancellation", {"reason": REASON})
    lot = open_rfp["lots"][0]["id"]
    chain.bid(apis, open_rfp, an_offer(LOSER, 3))
    withdrawn = apis[LOSING].call("DELETE", f"/lots/{lot}/bid")
    without_bids, *wanted = bidding
    told = evaluated(who, wanted)
    with suppress(ApiError):  # it ends by itself, if the clock is faster than the openers
        chain.open_bids(apis, without_bids)
    undecided, closed, drafted, half_signed, declined = told
    apis["buyer"].post(f"/lots/{closed.lot}/closure", {"reason": REASON})
    drafted, half_signed, declined = (awarded(who, e) for e in (drafted, half_signed, declined))
    apis[WINNING].post(f"/contracts/{half_signed.contract}/acceptance")
    apis[WINNING].post(f"/contracts/{declined.contract}/refusal", {"reason": REASON})
    metric, windows = unmeasured(who)
    return Endings(
        open_rfp["id"],
        cancelled["id"],
        cancelled_bid["id"],
        without_bids["id"],
        withdrawn["id"],
        undecided,
        closed,
        drafted,
        half_signed,
        declined,
        metric,
        *windows,
        newcomer(who),
    )


def evaluated(who: Cast, rfps: list[dict[str, Any]]) -> list[Ended]:
    told = []
    offers = {rfp["id"]: [an_offer(BIDDER, 4), an_offer(LOSER, 3)] for rfp in rfps}
    for rfp in rfps:
        for offer in offers[rfp["id"]]:
            chain.bid(who.apis, rfp, offer)
    for rfp in rfps:
        chain.open_bids(who.apis, rfp)
        ranking = chain.evaluate(who.apis, rfp["id"], offers[rfp["id"]], who.ids)
        bids = {each["organisation_id"]: each["bid_id"] for each in ranking["bids"]}
        won, lost = (bids[who.ids[name]] for name in (BIDDER, LOSER))
        told.append(Ended(rfp["id"], rfp["lots"][0]["id"], won, lost))
    return told


def awarded(who: Cast, told: Ended) -> Ended:
    award = chain.award(who.apis, told.lot, told.won)["id"]
    manager = who.apis["contract_manager"]
    found = chain.eventually(
        lambda: chain.items(manager, "/contracts", award_id=award), "the contract"
    )
    return Ended(told.rfp, told.lot, told.won, told.lost, award, found[0]["id"])


def unmeasured(who: Cast) -> tuple[str, list[str]]:
    """A contract whose first two months have passed without a measurement; one is closed."""
    [told] = evaluated(who, [made_rfp(who, seconds=12)])
    contract = chain.accepted_contract(who.apis, awarded(who, told).award, BIDDER)
    metric = chain.metric_of(who.apis, contract["id"])["id"]
    first, second = (each["id"] for each in chain.evaluate_windows(who.apis, metric)[:2])
    manager = who.apis["contract_manager"]
    manager.post(f"/metrics/{metric}/windows/{second}/closing", {"reason": REASON})
    return metric, [first, second]


def newcomer(who: Cast) -> tuple[str, str]:
    """An administrator of a vendor whom nobody has admitted or invited yet."""
    admin, slug = who.apis["admin"], f"new-{secrets.token_hex(3)}"
    body = {"kind": "vendor", "name": "Morgenrot Logistik GmbH 晨曦物流", "slug": slug}
    organisation = admin.post("/organisations", body)["id"]
    person = {
        "name": "Anna Brink",
        "email": f"anna@{slug}.example",
        "organisation_id": organisation,
        "roles": ["vendor_admin"],
        "zone": "Europe/Berlin",
    }
    return person["email"], admin.post("/people", person)["password"]


def shots(at: Endings) -> Iterator[Shot]:
    yield from of_rfps(at)
    yield from of_lots(at)
    yield from of_contracts(at)
    yield from of_windows(at)
    yield from of_newcomer()
    yield Shot("account-password-errors", "buyer", "/account", press="section form .btn-secondary")
    yield Shot(
        "account-language-errors",
        "buyer",
        "/account",
        press='form[action$="/account/language"] button.btn-primary',
        wrong=("#locale", "#zone"),
    )


def of_rfps(at: Endings) -> Iterator[Shot]:
    cancel = f"/admin/rfps/{at.open_rfp}/cancellation"
    yield Shot("cancel", "buyer", cancel)
    yield Shot("cancel-errors", "buyer", cancel, press="main .btn-danger")
    yield Shot("cancelled", "buyer", f"/admin/rfps/{at.cancelled}")
    yield Shot("cancelled-history", "buyer", f"/admin/rfps/{at.cancelled}?tab=history")
    yield Shot("cancelled-opening", "opener1", f"/admin/rfps/{at.cancelled}/opening")
    yield Shot("cancelled-vendor", LOSING, f"/portal/opportunities/{at.cancelled}")
    yield Shot("cancelled-bid", LOSING, f"/portal/bids/{at.cancelled_bid}")
    yield Shot("no-bids", "buyer", f"/admin/rfps/{at.without_bids}")
    yield Shot("no-bids-opening", "opener1", f"/admin/rfps/{at.without_bids}/opening")
    yield Shot("no-bids-vendor", LOSING, f"/portal/opportunities/{at.without_bids}")
    evaluation = f"/admin/evaluations/{at.without_bids}"
    yield Shot("no-bids-evaluation", "buyer", evaluation, status=404)
    yield Shot("withdrawn", LOSING, f"/portal/bids/{at.withdrawn}")
    yield Shot("withdrawn-lot", LOSING, f"/portal/opportunities/{at.open_rfp}")


def of_lots(at: Endings) -> Iterator[Shot]:
    award, closure = (f"/admin/awards/lots/{at.undecided.lot}{end}" for end in ("", "/closure"))
    committee = f"/admin/evaluations/{at.undecided.rfp}/committee"
    yield Shot("award-form", "buyer", award)
    yield Shot("award-form-errors", "buyer", award, press="main .btn-primary")
    yield Shot("closure", "buyer", closure)
    yield Shot("closure-errors", "buyer", closure, press="main .btn-danger")
    yield Shot("closed-lot", "buyer", f"/admin/evaluations/{at.closed.rfp}")
    yield Shot("closed-rfp", "buyer", f"/admin/rfps/{at.closed.rfp}")
    yield Shot("committee", "buyer", committee)
    yield Shot("committee-errors", "buyer", committee, press="main .btn-primary")
    yield Shot("awards", "buyer", "/admin/awards")
    yield Shot("award", "buyer", f"/admin/awards/{at.drafted.award}")
    yield Shot("award-declined", "buyer", f"/admin/awards/{at.declined.award}")
    yield Shot("evaluation-declined", "buyer", f"/admin/evaluations/{at.declined.rfp}")
    undecided = f"/portal/bids/{at.undecided.won}/outcome"
    yield Shot("outcome-undecided", WINNING, undecided, status=404)
    for name, vendor, bid in (
        ("closed", WINNING, at.closed.won),
        ("won", WINNING, at.drafted.won),
        ("lost", LOSING, at.drafted.lost),
        ("declined", WINNING, at.declined.won),
        ("declined-other", LOSING, at.declined.lost),
    ):
        yield Shot(f"outcome-{name}", vendor, f"/portal/bids/{bid}/outcome")
    yield Shot("closed-bid", LOSING, f"/portal/bids/{at.closed.lost}")


def of_contracts(at: Endings) -> Iterator[Shot]:
    for name, told in (
        ("drafted", at.drafted),
        ("half-signed", at.half_signed),
        ("declined", at.declined),
    ):
        yield Shot(f"contract-{name}", "contract_manager", f"/admin/contracts/{told.contract}")
        yield Shot(f"contract-{name}-vendor", WINNING, f"/portal/contracts/{told.contract}")
    path, press = f"/contracts/{at.drafted.contract}", "details .btn-outline-danger"
    yield Shot(
        "contract-decline-errors", "contract_manager", "/admin" + path, press=press, unfold=True
    )
    yield Shot("contract-decline-errors-vendor", WINNING, "/portal" + path, press, unfold=True)


def of_windows(at: Endings) -> Iterator[Shot]:
    metric = f"performance/{at.metric}"
    window = f"/admin/{metric}/windows/{at.window}"
    yield Shot("no-data", "contract_manager", f"/admin/{metric}")
    yield Shot("no-data-vendor", WINNING, f"/portal/{metric}")
    yield Shot("no-data-window", "contract_manager", window)
    yield Shot("no-data-errors", "contract_manager", window, press="form[action$=closing] button")
    closed = f"{metric}/windows/{at.closed_window}"
    yield Shot("no-data-closed", "contract_manager", f"/admin/{closed}")
    yield Shot("no-data-closed-vendor", WINNING, f"/portal/{closed}")


def of_newcomer() -> Iterator[Shot]:
    """Every list of somebody for whom nothing has happened yet."""
    yield Shot("empty-work", "newcomer", "/work")
    for name in ("opportunities", "bids", "contracts", "milestones", "performance"):
        yield Shot(f"empty-{name}", "newcomer", f"/portal/{name}")
    yield Shot("empty-messages", "newcomer", "/portal/messages")
    yield Shot("empty-company", "newcomer", "/portal/company")
    yield Shot("empty-not-found", "newcomer", "/portal/nothing-here", status=404)
    yield Shot("empty-plans", "buyer", "/admin/plans?show=rejected")
    yield Shot("empty-audit", "auditor", "/admin/audit?object=rfp:nothing")
    yield Shot("empty-audit-day", "auditor", "/admin/audit?on=2020-01-01")
