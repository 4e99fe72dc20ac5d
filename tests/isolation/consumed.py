"""What owners' changes use up: an object for each, so that none finds the state another left."""

from datetime import UTC, datetime, timedelta
from typing import Any

from support.story import a_wish, an_offer

from deploy.demo import chain
from deploy.demo.__main__ import past_months
from deploy.demo.api import Api, ApiError, eventually
from isolation.actors import HUAYUN, INVITED
from isolation.cases.rfp_bodies import A_DRAFT, AN_RFP
from isolation.company import organisation
from isolation.scene import INSIDE, LONG_S, SHORT_S, TRAIL, Scene, a_tender, bids_on

Json = dict[str, Any]
DECIDED = ("awarding", "page_awarding", "closing", "page_closing")
OFFERED = ("offered", "page_offered", "refused", "page_refused", "portal_refused", "running")
PROSPECTS = ("prospect", "page_prospect")
SLA = ("Answered in time", "Solved in time")


def played(scene: Scene) -> None:
    """Bids on the lots close while the rest is made."""
    told = many_lots(scene)
    bids = bids_on_lots(scene, told)
    prospects(scene)
    tenders(scene)
    chain.open_bids(scene.who.apis, told)
    offer = an_offer("huayun", 5)
    chain.evaluate(scene.who.apis, told["id"], [offer], scene.who.ids)
    running(scene, contracts(scene, told, bids)["running"])


def many_lots(scene: Scene) -> Json:
    """One RFP, so that one evaluation ranks all lots."""
    apis, wanted = scene.who.apis, a_wish()
    plan = chain.write_plan(apis, wanted)
    chain.approve_plan(apis, plan["id"])
    made: Json = apis["buyer"].post("/rfps", asked(scene, wanted) | {"plan_id": plan["id"]})
    chain.publish(apis, made["id"])
    scene.id("many_lots_rfp", made["id"], *INVITED, *INSIDE)
    scene.keep("the title of the RFP with many lots", made["title"], *INVITED, *INSIDE)
    for lot in made["lots"]:
        scene.id(f"{lot['title']}_lot", lot["id"], *INVITED, *INSIDE)
    return made


def asked(scene: Scene, wanted: chain.Wanted) -> Json:
    ids, closes = scene.who.ids, datetime.now(UTC) + timedelta(seconds=SHORT_S)
    return AN_RFP | {
        "title": wanted.title,
        "starts_on": wanted.starts_on.isoformat(),
        "ends_on": wanted.ends_on.isoformat(),
        "deadline_at": closes.isoformat(),
        "lots": [{"title": name} for name in (*DECIDED, *OFFERED)],
        "sla_targets": [a_level(title) for title in SLA],
        "milestones": chain.milestones(wanted),
        "invitees": [ids["huayun"], ids["nordwind"]],
        "evaluators": [ids[name] for name in chain.EVALUATORS],
        "openers": [ids[name] for name in chain.OPENERS],
    }


def a_level(title: str) -> Json:
    said = {"title": title, "unit": "%", "formula": "ratio", "direction": "higher"}
    return said | {"target": "95", "minimum": "90", "window": "month", "tiers": chain.TIERS}


def bids_on_lots(scene: Scene, told: Json) -> dict[str, str]:
    """huayun's on each, by the name of the lot."""
    vendor = scene.who.apis["huayun.vendor_admin"]
    bid = a_draft(told) | {"files": []}
    bids = {}
    for lot in told["lots"]:
        number = vendor.post(f"/lots/{lot['id']}/bid", bid)["id"]
        bids[lot["title"]] = scene.id(f"{lot['title']}_bid", number, *HUAYUN, *INSIDE)
    return bids


def a_draft(told: Json) -> Json:
    promises = [{"target_id": each["id"], "value": "97"} for each in told["sla_targets"]]
    return A_DRAFT | {"promises": promises}


def prospects(scene: Scene) -> None:
    """Vendors whom nobody has admitted yet."""
    admin, buyer = scene.who.apis["admin"], scene.who.apis["buyer"]
    for name in PROSPECTS:
        slug = f"{name.replace('_', '-')}-{scene.who.ids['pawn'][-6:]}"
        number = scene.id(name, organisation(admin, "vendor", slug), *INSIDE)
        eventually(lambda to=number: is_there(buyer, f"/vendors/{to}"), "the vendor")


def is_there(api: Api, path: str) -> bool:
    try:
        api.get(path)
    except ApiError:
        return False
    return True


def tenders(scene: Scene) -> None:
    """To be cancelled, to be published, to bid on, and to withdraw from."""
    for name in ("doomed", "page_doomed"):
        a_tender(scene, name, LONG_S)
    for name in ("ready", "page_ready"):
        a_tender(scene, name, LONG_S, publish=False)
    bids_on(scene, "spare", a_tender(scene, "spare", LONG_S))
    told = a_tender(scene, "page_free", LONG_S)
    nordwind, path = scene.who.apis["nordwind.vendor_admin"], f"/lots/{told['lots'][0]['id']}/draft"
    scene.places["page_free_seen"] = nordwind.put(path, a_draft(told))["updated_at"]


def contracts(scene: Scene, told: Json, bids: dict[str, str]) -> dict[str, Json]:
    """A draft for each lot that is offered to huayun."""
    apis, lots = scene.who.apis, {lot["title"]: lot["id"] for lot in told["lots"]}
    awards = {name: chain.award(apis, lots[name], bids[name])["id"] for name in OFFERED}
    made = {name: drafted(apis["contract_manager"], award) for name, award in awards.items()}
    for name, contract in made.items():
        scene.id(f"{name}_contract", contract["id"], *TRAIL)
        scene.places[f"{name}_sha256"] = contract["terms_sha256"]
    return made


def drafted(manager: Api, award: str) -> Json:
    found = eventually(lambda: chain.items(manager, "/contracts", award_id=award), "the contract")
    contract: Json = manager.get(f"/contracts/{found[0]['id']}")
    return contract


def running(scene: Scene, contract: Json) -> None:
    """Active: nothing is handed in yet, one level is missed twice, the other not measured."""
    apis = scene.who.apis
    for name in ("huayun.vendor_admin", "contract_manager"):
        apis[name].post(f"/contracts/{contract['id']}/acceptance")
    for prefix, milestone in zip(("", "page_"), contract["milestones"], strict=True):
        scene.id(f"{prefix}planned_milestone", milestone["id"], *TRAIL)
    chain.metric_of(apis, contract["id"])
    found = chain.items(apis["contract_manager"], "/metrics", contract_id=contract["id"])
    metrics = {each["title"]: each["id"] for each in found}
    missed(scene, contract["id"], metrics[SLA[0]])
    silent(scene, metrics[SLA[1]])


def missed(scene: Scene, contract: str, metric: str) -> None:
    """A credit is proposed for each month."""
    apis, manager = scene.who.apis, scene.who.apis["contract_manager"]
    calls = [call for month in past_months() for call in chain.calls(month, count=20, answered=18)]
    manager.post("/measurements", {"measurements": [{"metric_id": metric} | c for c in calls]})
    chain.evaluate_windows(apis, metric)
    due = eventually(lambda: both(apis["finance"], contract), "the credits")
    for prefix, credit in zip(("", "page_"), due, strict=True):
        scene.id(f"{prefix}due_credit", credit["id"], *TRAIL)


def both(finance: Api, contract: str) -> list[Json] | None:
    found = chain.items(finance, "/credits", contract_id=contract)
    return found if len(found) == len(past_months()) else None


def silent(scene: Scene, metric: str) -> None:
    scene.id("silent_metric", metric, *TRAIL)
    windows = chain.evaluate_windows(scene.who.apis, metric)
    for prefix, window in zip(("", "page_"), windows, strict=True):
        scene.id(f"{prefix}silent_window", window["id"], *TRAIL)
