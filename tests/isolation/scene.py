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
OPENED = ("opened", "ranked", "")
SEATED = ("opener2", "opener3", "evaluator3", "evaluator4")  # who leaves and who takes a seat
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
    tendered, bids = {}, {}
    for name in ("closed", "page_closed", *OPENED):
        tendered[name] = a_tender(scene, name, SHORT_S)
        bids[name] = bids_on(scene, name, tendered[name])
    plans(scene)
    open_tenders(scene)
    people(scene)
    for name in OPENED:
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
    scene.places[f"{joint}target"] = told["sla_targets"][0]["id"]
    return told


def bids_on(scene: Scene, name: str, told: dict[str, Any]) -> dict[str, Offer]:
    """What a vendor offers is read by itself, and by judges once the bids are open."""
    offers = {}
    for grade, vendor in ((5, HUAYUN), (2, NORDWIND)):
        slug = vendor[0].partition(".")[0]
        judges = rfp.JUDGES if name in OPENED else ()
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
    if name not in OPENED:
        return ()
    return (*rfp.JUDGES, *(rfp.DOCUMENT_READERS if not name and slug == "huayun" else ()))


def plans(scene: Scene) -> None:
    apis = scene.who.apis
    for name in ("draft_plan", "page_plan", "api_plan", "waiting_plan", "page_waiting_plan"):
        scene.id(name, chain.write_plan(apis, a_wish())["id"], *INSIDE)
    for name in ("waiting_plan", "page_waiting_plan"):
        apis["requester"].post(f"/plans/{scene.places[name]}/submission")
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
    other = apis["huayun.vendor_admin"].post(asked, {"text": "How many seats?"})
    scene.id("page_asked", other["id"])
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
    scene.places |= {name: ids[name] for name in SEATED}
    identity = scene.company.actors["buyer"].identity
    assert identity
    scene.places |= {"lingang": str(identity.organisation_id), "fresh": secrets.token_hex(4)}
    scene.places["password"] = scene.company.accounts["legal"].password
    scene.places["new_password"] = secrets.token_urlsafe(20)


def evaluating(scene: Scene, tendered: dict[str, dict[str, Any]], bids: Bids) -> None:
    who = scene.who
    begun(scene, tendered["opened"]["id"], bids["opened"])
    for name in ("ranked", ""):
        chain.evaluate(who.apis, tendered[name]["id"], [*bids[name].values()], who.ids)
    made = chain.award(who.apis, scene.places["lot"], scene.places["bid"])
    scene.id("award", made["id"], *HUAYUN, *INSIDE)
    for place, bid in (("won", "bid"), ("opened", "opened_bid")):
        query = "SELECT file_id, sha256 FROM bid_documents WHERE bid_id = %s"
        [(file_id, sha256)] = scene.stack.rows("rfp", query, scene.places[bid])
        scene.id(f"{place}_file", str(file_id), *HUAYUN, *INSIDE)
        scene.places[f"{place}_sha256"] = sha256


def begun(scene: Scene, rfp_id: str, offers: dict[str, Offer]) -> None:
    """Two evaluators have declared their interests; the first has also graded everything."""
    ids, apis = scene.who.ids, scene.who.apis
    for name in rfp.DECLARED:
        apis[name].post(f"/rfps/{rfp_id}/declaration", {"conflict": "none", "text": ""})
    first = apis[rfp.DECLARED[0]]
    grades = {ids[vendor]: offer.grades for vendor, offer in offers.items()}
    scores = chain.scores(first.get(f"/evaluations/{rfp_id}"), grades, 0)
    first.put(f"/rfps/{rfp_id}/scores", {"scores": list(scores)})


def contract(scene: Scene) -> None:
    """Active, with deliverables handed in, a breach and its credit."""
    who = scene.who
    made = chain.accepted_contract(who.apis, scene.places["award"], "huayun")
    scene.id("contract", made["id"], *TRAIL, PARTNER)
    for prefix, milestone in zip(("", "later_"), made["milestones"], strict=True):
        handed_in(scene, prefix, scene.id(f"{prefix}milestone", milestone["id"], *TRAIL))
    credit = breach(who, made)
    scene.id("credit", credit["id"], *TRAIL)
    measured(scene)


def handed_in(scene: Scene, prefix: str, milestone: str) -> None:
    name = scene.mark(f"the name of the {prefix}deliverable", *contracts.BOTH)
    text = scene.mark(f"the {prefix}deliverable", *contracts.BOTH)
    path = f"/milestones/{milestone}/deliverables"
    made = scene.who.apis["huayun.vendor_admin"].upload(path, f"{name}.txt", text.encode())
    scene.id(f"{prefix}deliverable", made["id"], *TRAIL)
    scene.places |= {f"{prefix}delivered_name": name, f"{prefix}delivered_text": text}


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
    taken = scene.places["past"] = (datetime.now(UTC) - timedelta(days=40)).isoformat()
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
