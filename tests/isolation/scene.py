"""Objects in every state, made through the API, with secrets in what vendors say."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from support.scenes import made_rfp
from support.stack import RunningStack
from support.story import a_wish, an_offer, breach

from deploy.demo import chain
from deploy.demo.api import Api, ApiError, eventually
from deploy.demo.chain import Offer
from isolation.actors import HUAYUN, INVITED, NORDWIND, PARTNER, STAFF, without
from isolation.cases import contracts, internal, rfp
from isolation.company import Company
from isolation.matrix import Secret

INSIDE = without(STAFF, "risk")  # whose role has a part in none of this
TRAIL = (*contracts.BOTH, *internal.AUDITORS)
LONG_S, SHORT_S = 900_000, 10
Places = dict[str, str]
Bids = dict[str, dict[str, Offer]]


class Scene:
    """`places` are ids by the names that cases use; `secrets` say who may know which text."""

    def __init__(self, company: Company, stack: RunningStack) -> None:
        self.company, self.stack, self.who = company, stack, company.who
        self.places: Places = {}
        self.secrets: list[Secret] = []

    def keep(self, what: str, text: str, *known_to: str) -> str:
        """Nobody but these may read it."""
        self.secrets.append(Secret(what, text, frozenset(known_to)))
        return text

    def mark(self, what: str, *known_to: str) -> str:
        return self.keep(what, f"Zq{secrets.token_hex(8)}", *known_to)

    def id(self, name: str, number: str, *known_to: str) -> str:
        """A place; an id that is known to some only is a secret, too."""
        self.places[name] = number
        return self.keep(f"the id of {name}", number, *known_to) if known_to else number


def played(scene: Scene) -> None:
    """Bids close while the rest is made."""
    who = scene.who
    chain.admit(who.apis, who.ids["uninvited"])
    tendered = {name: a_tender(scene, name, SHORT_S) for name in ("closed", "opened", "ranked", "")}
    bids = {name: bids_on(scene, name, told) for name, told in tendered.items()}
    plans(scene)
    open_tenders(scene)
    people(scene)
    for name in ("opened", "ranked", ""):
        chain.open_bids(who.apis, tendered[name])
    evaluating(scene, tendered, bids)
    contract(scene)
    notices(scene)


def a_tender(scene: Scene, name: str, seconds: float, publish: bool = True) -> dict[str, Any]:
    """huayun and nordwind are invited; nobody else outside knows of it."""
    told = made_rfp(scene.who, seconds=seconds, publish=publish)
    joint = f"{name}_" if name else ""
    knows = INVITED if publish else ()
    scene.id(f"{joint}rfp", told["id"], *knows, *INSIDE)
    scene.id(f"{joint}lot", told["lots"][0]["id"], *knows, *INSIDE)
    measures = () if name else (PARTNER,)  # who does reads the contract's title at its metric
    called = f"the title of {name or 'the awarded'} RFP"
    scene.keep(called, told["title"], *knows, *INSIDE, *measures)
    return told


def bids_on(scene: Scene, name: str, told: dict[str, Any]) -> dict[str, Offer]:
    """What a vendor offers is read by itself, and by judges once the bids are open."""
    offers = {}
    for grade, vendor in ((5, HUAYUN), (2, NORDWIND)):
        slug = vendor[0].partition(".")[0]
        judges = rfp.JUDGES if name not in ("closed", "open") else ()
        told_by = f"{slug} on {name or 'the awarded'} RFP"
        offer = replace(
            an_offer(slug, grade),
            solution=scene.mark(f"the solution of {told_by}", *vendor, *judges),
            file=scene.mark(f"the file of {told_by}", *vendor, *readers(name, slug)).encode(),
        )
        receipt = chain.bid(scene.who.apis, told, offer)
        number = f"{name}_bid" if name else "bid"
        place = number if slug == "huayun" else f"{slug}_{number}"
        scene.id(place, receipt["id"], *vendor, *(STAFF if judges else ()))
        offers[slug] = offer
    return offers


def readers(name: str, slug: str) -> tuple[str, ...]:
    """Of a bid's file: judges, and for the winner's all who read the contract."""
    if name in ("closed", "open"):
        return ()
    return (*rfp.JUDGES, *(rfp.DOCUMENT_READERS if not name and slug == "huayun" else ()))


def plans(scene: Scene) -> None:
    apis = scene.who.apis
    for name in ("draft_plan", "waiting_plan"):
        scene.id(name, chain.write_plan(apis, a_wish())["id"], *INSIDE)
    apis["requester"].post(f"/plans/{scene.places['waiting_plan']}/submission")
    scene.id("plan", apis["buyer"].get(f"/rfps/{scene.places['rfp']}")["plan_id"], *INSIDE)


def open_tenders(scene: Scene) -> None:
    """One with bids and questions, one with a draft, and one that is not published."""
    apis = scene.who.apis
    bids_on(scene, "open", a_tender(scene, "open", LONG_S))
    asked = f"/rfps/{scene.places['open_rfp']}/questions"
    text = scene.mark("huayun's answered question", *INVITED, *INSIDE)
    chain.ask_and_answer(apis, scene.places["open_rfp"], "huayun", text, "Yes.")
    text = scene.mark("huayun's open question", *HUAYUN, *INSIDE)
    scene.id("asked", apis["huayun.vendor_admin"].post(asked, {"text": text})["id"])
    free = a_tender(scene, "free", LONG_S)["lots"][0]["id"]
    name = scene.mark("the name of huayun's draft file", *HUAYUN)
    sent = apis["huayun.vendor_admin"].upload(f"/lots/{free}/files", f"{name}.pdf", b"draft")
    scene.id("draft_file", sent["id"], *HUAYUN)
    a_tender(scene, "draft", LONG_S, publish=False)


def people(scene: Scene) -> None:
    ids, clients = scene.who.ids, scene.company.client_ids
    scene.id("huayun", ids["huayun"], *HUAYUN, *INSIDE, PARTNER)
    scene.id("huayun_person", ids["huayun.vendor_admin"], *HUAYUN, *INSIDE)
    scene.id("huayun_client", clients["huayun.client"], *HUAYUN, *INSIDE)
    scene.id("pawn_client", clients["uninvited.client"], *INSIDE, "uninvited.client")
    scene.id("pawn", ids["pawn"])


def evaluating(scene: Scene, tendered: dict[str, dict[str, Any]], bids: Bids) -> None:
    who = scene.who
    who.apis["evaluator1"].post(
        f"/rfps/{tendered['opened']['id']}/declaration", {"conflict": "none", "text": ""}
    )
    for name in ("ranked", ""):
        chain.evaluate(who.apis, tendered[name]["id"], [*bids[name].values()], who.ids)
    made = chain.award(who.apis, scene.places["lot"], scene.places["bid"])
    scene.id("award", made["id"], *HUAYUN, *INSIDE)
    for place, bid in (("won", "bid"), ("opened", "opened_bid")):
        query = "SELECT file_id, sha256 FROM bid_documents WHERE bid_id = %s"
        [(file_id, sha256)] = scene.stack.rows("rfp", query, scene.places[bid])
        scene.id(f"{place}_file", str(file_id), *HUAYUN, *INSIDE)
        scene.places[f"{place}_sha256"] = sha256


def contract(scene: Scene) -> None:
    """Active, with a deliverable handed in, a breach and its credit."""
    who = scene.who
    made = chain.accepted_contract(who.apis, scene.places["award"], "huayun")
    scene.id("contract", made["id"], *TRAIL, PARTNER)
    first = scene.id("milestone", made["milestones"][0]["id"], *TRAIL)
    name = scene.mark("the name of the deliverable", *contracts.BOTH)
    text = scene.mark("the deliverable", *contracts.BOTH)
    handed_in = who.apis["huayun.vendor_admin"].upload(
        f"/milestones/{first}/deliverables", f"{name}.txt", text.encode()
    )
    scene.id("deliverable", handed_in["id"], *TRAIL)
    scene.places |= {"delivered_name": name, "delivered_text": text}
    credit = breach(who, made)
    scene.id("credit", credit["id"], *TRAIL)
    measured(scene)


def measured(scene: Scene) -> None:
    manager = scene.who.apis["contract_manager"]
    metric = chain.metric_of(scene.who.apis, scene.places["contract"])["id"]
    scene.id("metric", metric, *TRAIL, PARTNER)
    for place in ("first_grantee", "second_grantee"):
        grantee = scene.id(place, scene.company.grantees[place])
        eventually(lambda to=grantee: granted(manager, metric, to), "the partner")
    windows = chain.items(manager, "/windows", metric_id=metric)
    scene.id("window", windows[0]["id"], *TRAIL)
    external = scene.mark("a measurement", *TRAIL, PARTNER)
    taken = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    sent = f"taken_at,value,external_id\n{taken},1,{external}\n".encode()
    made = manager.upload(f"/metrics/{metric}/measurements/csv", "calls.csv", sent)
    scene.id("import", made["id"], *INSIDE, PARTNER)


def granted(manager: Api, metric: str, to: str) -> bool:
    """As soon as monitoring knows the partner by event."""
    try:
        manager.post(f"/metrics/{metric}/grants", {"organisation_id": to})
    except ApiError:
        return False
    return True


def notices(scene: Scene) -> None:
    """Of huayun's administrator and of the buyer, once they have come."""
    for name, reader in (("notice", "huayun.vendor_admin"), ("staff_notice", "buyer")):
        api = scene.who.apis[reader]
        found = eventually(lambda api=api: chain.items(api, "/notices"), "a notice")
        scene.id(name, found[0]["id"], reader, *internal.AUDITORS)
