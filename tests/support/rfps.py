"""Builders for rfp: people who know each other, plans, vendors and RFPs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import services.rfp.tenders.persistence
import services.rfp.vendors.persistence  # noqa: F401  # they map the classes
from services.rfp.plans.domain import Category, Plan, PlanLine, PlanState
from services.rfp.tenders.domain import (
    Direction,
    Duty,
    Formula,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    PriceFormula,
    Question,
    Rfp,
    SlaTarget,
    Tier,
    default_criteria,
)
from services.rfp.vendors.domain import Registration, Standing
from shared.kernel import Actor
from support.actors import actors, an_id, auditor, staff, vendor
from support.database import Sessions, know
from support.plans import ENDS_ON, STARTS_ON, YEAR

NOW = datetime.now(UTC).replace(microsecond=0)  # rules are asked by the database's own clock
EVALUATORS = ("evaluator1", "evaluator2", "evaluator3")
OPENERS = ("opener1", "opener2")
BIDDERS = ("huayun", "nordwind")
TIERS: list[Tier] = [
    {"from": None, "to": "90", "percent": "10"},
    {"from": "90", "to": "95", "percent": "5"},
    {"from": "95", "to": None, "percent": "0"},
]


# As the API and the form take them.
PEOPLE = {
    "invitees": [str(an_id(f"{name}-org")) for name in BIDDERS],
    "evaluators": [str(an_id(name)) for name in EVALUATORS],
    "openers": [str(an_id(name)) for name in OPENERS],
}

RFP_TYPED: dict[str, Any] = {
    "title": "Service desk 服务台",
    "description": "Calls in two languages",
    "starts_on": STARTS_ON.isoformat(),
    "ends_on": ENDS_ON.isoformat(),
    "time_zone": "Asia/Shanghai",
    "deadline_at": (NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
    "price_formula": "lowest_ratio",
    "lots-0-title": "First level",
    "sla_targets-0-title": "Calls answered",
    "sla_targets-0-formula": "ratio",
    "sla_targets-0-direction": "higher",
    "sla_targets-0-unit": "%",
    "sla_targets-0-target": "95",
    "sla_targets-0-minimum": "90",
    "sla_targets-0-tiers-0-to": "95",
    "sla_targets-0-tiers-0-percent": "10",
    "sla_targets-0-tiers-1-percent": "0",
    "milestones-0-title": "Go-live",
    "milestones-0-due_on": f"{YEAR}-12-01",
    "milestones-0-percent": "100",
    "milestones-0-acceptance_criteria": "Trained.",
    **PEOPLE,
}


SLA_SENT: dict[str, Any] = {
    "title": "Calls answered 接通率",
    "unit": "%",
    "formula": "ratio",
    "direction": "higher",
    "target": "95",
    "minimum": "90",
    "window": "month",
    "tiers": TIERS,
}
MILESTONE_SENT = {
    "title": "Go-live",
    "due_on": RFP_TYPED["milestones-0-due_on"],
    "percent": "100",
    "acceptance_criteria": "Every agent is trained.",
}
RFP_SENT: dict[str, Any] = {
    "title": "Service desk 服务台",
    "description": "Calls in two languages",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "starts_on": RFP_TYPED["starts_on"],
    "ends_on": RFP_TYPED["ends_on"],
    "deadline_at": (NOW + timedelta(days=2)).isoformat(),
    "price_formula": "lowest_ratio",
    "lots": [{"title": "First level", "description": ""}],
    "sla_targets": [SLA_SENT],
    "milestones": [MILESTONE_SENT],
    **PEOPLE,
}


def an_rfp_body(plan_id: UUID) -> dict[str, Any]:
    return RFP_SENT | {"plan_id": str(plan_id)}


def rfp_actors() -> dict[str, Actor]:
    """The buying side, and three vendors of whom the stranger is neither admitted nor invited."""
    buying = ("requester", "requester2", "buyer", "approver", "admin", "operator", "finance")
    people = [staff(name) for name in (*buying, *EVALUATORS, *OPENERS)]
    writer = staff("writer", "requester", "approver")
    vendors = [vendor(name) for name in (*BIDDERS, "stranger")]
    return actors(*people, writer, *vendors, auditor())


def settle(sessions: Sessions, known: dict[str, Actor]) -> None:
    """Everybody is in the directory; the bidders are admitted, the stranger is prospective."""
    know(sessions, *known.values())
    admitted = {"standing": Standing.APPROVED, "tier": 1, "categories": ["service_desk"]}
    with sessions.begin() as session:
        for name in BIDDERS:
            session.add(Registration(known[name].organisation_id, **admitted))  # type: ignore[arg-type]
        session.add(Registration(known["stranger"].organisation_id))


def a_plan(**changes: Any) -> Plan:
    """Approved, unless told otherwise: 100,000 of at most 120,000 CNY."""
    written = {
        "number": f"PLAN-{uuid4().hex[:8]}",
        "title": "Service desk",
        "objectives": "Answer nine calls of ten within a minute.",
        "scope_in": "Calls and mails of staff",
        "scope_out": "Hardware",
        "starts_on": STARTS_ON,
        "ends_on": ENDS_ON,
        "currency": "CNY",
        "cost_ceiling": Decimal(120_000),
        "contingency": Decimal(10_000),
        "lines": [PlanLine(1, "Agents", Category.LABOUR, Decimal(90_000))],
        "requester_id": an_id("requester"),
        "created_at": NOW - timedelta(days=30),
        "state": PlanState.APPROVED,
    }
    return Plan(**(written | changes))


def an_sla_target(**changes: Any) -> SlaTarget:
    written = {
        "position": 1,
        "title": "Calls answered within a minute",
        "unit": "%",
        "formula": Formula.RATIO,
        "direction": Direction.HIGHER,
        "target": Decimal(95),
        "minimum": Decimal(90),
        "tiers": TIERS,
    }
    return SlaTarget(**(written | changes))


def an_rfp(plan: Plan, *, draft: bool = False, **changes: Any) -> Rfp:
    """Published yesterday and open until tomorrow, unless told otherwise."""
    members = [Member(an_id(name), Duty.EVALUATOR) for name in EVALUATORS]
    members += [Member(an_id(name), Duty.OPENER) for name in OPENERS]
    written = {
        "number": f"RFP-{uuid4().hex[:8]}",
        "plan_id": plan.id,
        "title": "Service desk",
        "description": "A service desk in two languages.",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "starts_on": STARTS_ON,
        "ends_on": ENDS_ON,
        "deadline_at": NOW + timedelta(days=1),
        "price_formula": PriceFormula.LOWEST_RATIO,
        "lots": [Lot(1, "First level"), Lot(2, "Second level")],
        "criteria": default_criteria(),
        "sla_targets": [an_sla_target()],
        "milestones": [
            MilestoneTarget(1, "Handbook", date(YEAR, 12, 1), Decimal(40), "Complete."),
            MilestoneTarget(2, "Take-over", date(YEAR + 1, 1, 1), Decimal(60), "No open faults."),
        ],
        "invitations": [Invitation(an_id(f"{name}-org")) for name in BIDDERS],
        "committee": members,
        "buyer_id": an_id("buyer"),
        "created_at": NOW - timedelta(days=2),
        "published_at": None if draft else NOW - timedelta(days=1),
    }
    return Rfp(**(written | changes))


def stored(sessions: Sessions, thing: Any) -> Any:
    with sessions.begin() as session:
        session.add(thing)
    return thing


def a_question(sessions: Sessions, rfp: Rfp, text: str = "Which hours?") -> Question:
    asked = Question(rfp.id, an_id("huayun-org"), an_id("huayun"), text, NOW)
    stored(sessions, asked)
    return asked
