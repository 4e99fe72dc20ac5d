"""From what services say of themselves to what an operator needs to see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from gateway.services import Service
from shared.kernel import N_, Labelled

STOPPED_AFTER_S = 20.0  # a loop says every five seconds that it turned
LATE_AFTER_S = 30.0
Answers = Mapping[Service, Mapping[str, Any] | None]


class Loop(Labelled):
    """What a worker does over and over."""

    RELAY = "relay", N_("Sending events")
    CONSUMER = "consumer", N_("Reading events")
    JOBS = "jobs", N_("Jobs")


class Health(Labelled):
    GOOD = "good", N_("Running")
    LATE = "late", N_("Behind")
    STUCK = "stuck", N_("Needs attention")
    STOPPED = "stopped", N_("Worker does not run")
    AWAY = "away", N_("Does not answer")


TONES: Mapping[Health, str] = {
    Health.GOOD: "good",
    Health.LATE: "warn",
    Health.STUCK: "warn",
    Health.STOPPED: "bad",
    Health.AWAY: "bad",
}


@dataclass(frozen=True)
class Row:
    """One service. Ages in seconds, coarse, so that a page that says the same is the same."""

    service: Service
    answers: bool
    stopped: tuple[Loop, ...] = ()
    lag: int = 0
    handled: int = 0  # messages so far
    pending: int = 0
    oldest: int = 0
    parked: int = 0
    letters: int = 0
    waiting: int = 0
    running: int = 0
    failed: int = 0
    beats: tuple[tuple[Loop, int], ...] = ()

    @property
    def health(self) -> Health:
        if not self.answers:
            return Health.AWAY
        if self.stopped:
            return Health.STOPPED
        if self.parked or self.letters or self.failed:
            return Health.STUCK
        return Health.LATE if self.oldest > LATE_AFTER_S else Health.GOOD


def row(service: Service, said: Mapping[str, Any] | None) -> Row:
    if said is None:
        return Row(service, answers=False)
    outbox, jobs = said["outbox"], said["jobs"]
    loops = {loop["loop"]: loop for loop in said["loops"]}
    return Row(
        service,
        answers=True,
        stopped=tuple(name for name in Loop if name in loops and is_stopped(loops[name]))
        or (() if loops else tuple(Loop)),
        lag=sum(loop.get("lag") or 0 for loop in loops.values()),
        handled=sum(loop.get("handled") or 0 for loop in loops.values()),
        pending=outbox["pending"],
        oldest=int(outbox["oldest_age_seconds"] // 10 * 10),
        parked=outbox["parked"],
        letters=said["dead_letters"],
        waiting=jobs.get("todo", 0),
        running=jobs.get("doing", 0),
        failed=jobs.get("failed", 0),
        beats=tuple((name, int(loops[name]["age_seconds"] // 10 * 10)) for name in Loop
                    if name in loops),
    )  # fmt: skip


# What services do on a clock, by the names that their workers give it.
JOBS: Mapping[str, str] = {
    "decrypt_documents": N_("Decrypt the files of opened bids"),
    "destroy_keys": N_("Destroy the keys of cancelled RFPs"),
    "find_due_metrics": N_("Find windows to be evaluated"),
    "purge_attempts": N_("Forget old tries to sign in"),
    "purge_memory": N_("Forget events and answers of more than 30 days ago"),
    "purge_sessions": N_("Forget sessions that have ended"),
    "remind_evaluators": N_("Remind evaluators of missing scores"),
    "remind_openers": N_("Remind openers of bids to be opened"),
    "send_overdue_mails": N_("Send mails that are late"),
    "sign_checkpoint": N_("Sign the audit trail"),
    "sweep_files": N_("Delete files that nothing names"),
    "tell_openers": N_("Tell openers that bids have closed"),
}


@dataclass(frozen=True)
class Clocked:
    service: Service
    name: str
    last_at: datetime
    next_at: datetime | None

    @property
    def called(self) -> str:
        return JOBS.get(self.name, self.name)


def clock(answers: Answers) -> list[Clocked]:
    """The jobs of the clock, of all services."""
    return [
        Clocked(service, job["name"], datetime.fromisoformat(job["last_at"]),
                datetime.fromisoformat(job["next_at"]) if job["next_at"] else None)
        for service, said in answers.items()
        for job in (said or {}).get("clock", [])
    ]  # fmt: skip


def is_stopped(loop: Mapping[str, Any]) -> bool:
    return bool(loop["age_seconds"] > STOPPED_AFTER_S)


@dataclass(frozen=True)
class Stuck:
    """An event that was not handled or that Kafka does not take, or a job that failed for good."""

    service: Service
    id: str
    name: str
    why: str
    attempts: int | None
    since: datetime


def letters(answers: Answers) -> list[Stuck]:
    """Of all services, the latest first."""
    found = [
        Stuck(service, item["id"], item["type"], item["error"], item["attempts"],
              datetime.fromisoformat(item["failed_at"]))
        for service, said in answers.items()
        for item in (said or {}).get("items", [])
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.since, one.id), reverse=True)


def parked_events(answers: Answers) -> list[Stuck]:
    return [
        Stuck(service, event["id"], event["type"], event["because"], None,
              datetime.fromisoformat(event["parked_at"]))
        for service, said in answers.items()
        for event in (said or {}).get("events", [])
    ]  # fmt: skip


def failed_jobs(answers: Answers) -> list[Stuck]:
    return [
        Stuck(service, str(job["id"]), job["name"], "", job["attempts"],
              datetime.fromisoformat(job["failed_at"]))
        for service, said in answers.items()
        for job in (said or {}).get("jobs", [])
    ]  # fmt: skip


def fingerprint(*shown: Iterable[object]) -> str:
    """The same for the same page: then a poll has nothing new to show."""
    return sha256(repr([list(each) for each in shown]).encode()).hexdigest()[:16]
