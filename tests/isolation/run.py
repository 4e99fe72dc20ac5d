"""Asks every case as everybody, a few at a time, and then once more as its owner."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from isolation.matrix import Case, Finding, judged
from isolation.scene import Scene
from isolation.sender import Sender

AT_ONCE = 6
COUNTS: dict[str, int] = {}  # for the last line of a test run


@dataclass
class Tally:
    """How many URLs, requests and refusals; what was wrong."""

    urls: set[str] = field(default_factory=set)
    pairs: int = 0
    refused: int = 0
    owners: int = 0
    changes: int = 0  # by owners, that ended below 400
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.urls |= other.urls
        self.pairs += other.pairs
        self.refused += other.refused
        self.owners += other.owners
        self.changes += other.changes
        self.findings += other.findings


class Matrix:
    def __init__(self, scene: Scene, sender: Sender, *, direct: bool = False) -> None:
        self.scene, self.sender, self.direct = scene, sender, direct
        self.actors = scene.company.actors

    def run(self, cases: Iterable[Case], only: Collection[str] = ()) -> Tally:
        tally = Tally()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for some in in_order(cases):
                for one in pool.map(lambda case: self.tried(case, only), some):
                    tally.add(one)
        return tally

    def tried(self, case: Case, only: Collection[str]) -> Tally:
        """Strangers first, so that the owner's success shows that nothing else was in the way."""
        there = case.at(self.scene.places)
        tally = Tally({there.label})
        for who in case.askers:
            if only and who not in only:
                continue
            tally.pairs += 1
            tally.refused += who not in case.admits
            tally.findings += self.asked(case, there, who)
        self.repeated(case, there, tally)
        return tally

    def repeated(self, case: Case, there: Case, tally: Tally) -> None:
        """By its owner, with the same body."""
        answer = self.sender.ask(self.actors[case.owner], there, direct=self.direct)
        tally.owners += 1
        tally.changes += not case.is_safe and answer.is_success
        tally.findings += judged(case, case.owner, answer, self.scene.secrets)
        held = self.scene.places.get(case.holds, "")
        if held and held.encode() not in answer.content:
            missing = f"{case.holds} is not there to be leaked"
            tally.findings.append(Finding("missing", case.label, case.owner, missing))

    def asked(self, case: Case, there: Case, who: str) -> Iterator[Finding]:
        answer = self.sender.ask(self.actors[who], there, direct=self.direct)
        return judged(case, who, answer, self.scene.secrets)


def in_order(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """What only looks sees everything as it was made; who leaves, leaves last."""
    by_turn: dict[int, list[Case]] = {0: [], 1: [], 2: []}
    for case in cases:
        by_turn[2 if case.path == "/logout" else 0 if case.is_safe else 1].append(case)
    yield from by_turn.values()
