"""Who must have been told of each step of a story; and who was, in the inbox and by mail.

The list is that of the design, written down anew: it knows nothing of the code that tells people.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from deploy.demo.api import Api, eventually
from support.stack import RunningStack
from support.story import Cast, Told, settled

HUAYUN = ("huayun.vendor_admin", "huayun.vendor_member")
NORDWIND = ("nordwind.vendor_admin", "nordwind.vendor_member")
MANAGERS = ("contract_manager",)
REVIEWERS = ("quality1", "quality2")
EVALUATORS = ("evaluator1", "evaluator2", "evaluator3")
# Raised by the clock, where the people were slower than it.
REMINDERS = {"opening_due": ("opener1", "opener2"), "scores_due": EVALUATORS}


@dataclass(frozen=True)
class Notice:
    """A step, told to a person, about an object."""

    person: str
    template: str
    object_id: str


def expected(told: Told) -> Counter[Notice]:
    """How often each person is told of each step: huayun wins, nordwind loses."""
    return Counter(
        Notice(person, template, object_id)
        for template, object_id, people in steps(told)
        for person in people
    )


def steps(told: Told) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Template, object, and those concerned, in the order of the story."""
    yield from tendering(told)
    contract_id = told.contract["id"]
    yield "contract_drafted", contract_id, (*HUAYUN, *MANAGERS)
    yield "contract_accepted", contract_id, MANAGERS  # the vendor was first
    yield "contract_activated", contract_id, (*HUAYUN, *MANAGERS)
    yield "contract_begun", contract_id, ("buyer", "requester")
    for milestone in told.contract["milestones"]:
        yield from delivering(milestone["id"])
    yield "sla_breached", told.credit["metric_id"], (*MANAGERS, *HUAYUN)
    yield "credit_proposed", told.credit["id"], ("finance", *HUAYUN)
    yield "credit_approved", told.credit["id"], (*HUAYUN, *MANAGERS)


def tendering(told: Told) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    rfp_id, bids = told.rfp["id"], told.receipts
    yield "plan_submitted", told.rfp["plan_id"], ("approver",)
    yield "plan_approved", told.rfp["plan_id"], ("requester",)
    yield "plan_to_tender", told.rfp["plan_id"], ("buyer",)
    yield "rfp_published", rfp_id, (*HUAYUN, *NORDWIND)
    yield "plan_tendered", rfp_id, ("requester",)
    yield "question_asked", rfp_id, ("buyer",)
    yield "question_answered", rfp_id, (*HUAYUN, *NORDWIND)
    yield "bids_closed", rfp_id, (*HUAYUN, *NORDWIND)  # the same to whoever is invited
    yield "tender_closed", rfp_id, ("buyer",)
    yield "bids_opened", rfp_id, EVALUATORS
    yield "evaluation_begun", rfp_id, ("buyer",)
    yield "evaluation_complete", rfp_id, ("buyer",)
    valid = {vendor: receipt["id"] for vendor, receipt in bids}  # a later bid replaces a former
    yield "plan_awarded", rfp_id, ("requester",)
    yield "award_won", valid["huayun"], HUAYUN
    yield "award_lost", valid["nordwind"], NORDWIND


def delivering(milestone_id: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """A version that is sent back, and one that both levels accept."""
    yield "deliverable_submitted", milestone_id, REVIEWERS
    yield "rework_requested", milestone_id, HUAYUN
    yield "deliverable_submitted", milestone_id, REVIEWERS
    yield "review_due", milestone_id, ("quality2",)  # nobody reviews a version at two levels
    yield "milestone_accepted", milestone_id, (*HUAYUN, *MANAGERS)


@dataclass
class Inboxes:
    """What stands in the inboxes of everybody about the objects of one story."""

    notices: Counter[Notice]
    reminders: Counter[Notice]
    ids: dict[str, str]  # of each notice -> the person


def inboxes(who: Cast, told: Told) -> Inboxes:
    objects = {object_id for _, object_id, _ in steps(told)}
    found = Inboxes(Counter(), Counter(), {})
    for person, api in who.apis.items():
        for item in inbox(api):
            if item["subject"]["id"] in objects:
                notice = Notice(person, item["template"], item["subject"]["id"])
                kind = found.reminders if notice.template in REMINDERS else found.notices
                kind[notice] += 1
                found.ids[item["id"]] = person
    return found


def inbox(api: Api) -> Iterator[Any]:
    """Every page of it."""
    after = ""
    while True:
        part = api.get("/notices", after=after)
        yield from part["items"]
        if not (after := part["after"]):
            return


def stray_reminders(found: Inboxes) -> list[Notice]:
    """Sent twice, or to somebody else than the design says."""
    return [
        notice
        for notice, times in found.reminders.items()
        if times > 1 or notice.person not in REMINDERS[notice.template]
    ]


def expect_each_told_once(who: Cast, told: Told) -> Inboxes:
    """Everybody on the list and nobody else, once; waits until all of it has arrived."""
    wanted = expected(told)
    with suppress(TimeoutError):  # what is missing then, the comparison says
        settled(lambda: not wanted - inboxes(who, told).notices or None, "every notice")
    found = inboxes(who, told)
    assert (wanted - found.notices, found.notices - wanted) == (Counter(), Counter())
    assert stray_reminders(found) == []
    return found


@dataclass(frozen=True)
class Letter:
    """A mail as the catcher took it."""

    taken_at: datetime
    to: str


def letters(stack: RunningStack, notice_ids: Iterable[str]) -> dict[str, list[Letter]]:
    """Mails by notice, oldest first. Each attempt has the same Message-ID."""
    host = urlsplit(stack.base_url).hostname
    found: dict[str, list[Letter]] = {notice_id: [] for notice_id in notice_ids}
    known = {f"<{notice_id}@{host}>": notice_id for notice_id in found}
    for file, mail in stack.mail_files():
        if notice_id := known.get(str(mail["Message-ID"])):
            taken_at = datetime.strptime(file.name[:22], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
            found[notice_id].append(Letter(taken_at, str(mail["X-Envelope-To"])))
    return found


def expect_each_mailed(
    stack: RunningStack, who: Cast, found: Inboxes, *, within: float
) -> dict[str, list[Letter]]:
    """At least one mail for each notice, to its person and nobody else."""
    with suppress(TimeoutError):
        eventually(
            lambda: all(letters(stack, found.ids).values()) or None, "every mail", within=within
        )
    sent = letters(stack, found.ids)
    addressed = {number: {letter.to for letter in each} for number, each in sent.items()}
    assert addressed == {n: {who.passwords[person][0]} for n, person in found.ids.items()}
    return sent
