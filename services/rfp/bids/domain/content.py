"""What a bidder says, in the form in which it is sealed, and what it costs."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self
from uuid import UUID

from shared.kernel import CURRENCY_DIGITS, N_, Labelled


class LineKind(Labelled):
    MONTHLY = "monthly", N_("Each month")
    ONE_OFF = "one_off", N_("Once")


@dataclass(frozen=True)
class PriceLine:
    """`unit_price` net of tax in the currency of the RFP, with up to six decimal places."""

    title: str
    kind: LineKind
    quantity: Decimal
    unit_price: Decimal

    def amount(self, currency: str) -> Decimal:
        """Quantity × unit price, rounded half up to the digits of the currency, as invoices are."""
        exact = self.quantity * self.unit_price
        return exact.quantize(Decimal(1).scaleb(-CURRENCY_DIGITS[currency]), ROUND_HALF_UP)


@dataclass(frozen=True)
class Promise:
    """The value of an SLA target that the bidder promises to attain in each window."""

    target_id: UUID
    value: Decimal


@dataclass(frozen=True)
class Document:
    """A file of a bid. `size` in bytes and `sha256` are of the plain content; `key` opens it."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    key: bytes

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"id": str(self.id), "key": base64.b64encode(self.key).decode()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        changed = {"id": UUID(said["id"]), "key": base64.b64decode(said["key"])}
        return cls(**{**said, **changed})


@dataclass(frozen=True)
class Charges:
    """What a bid costs in the currency of its RFP: `total` = one-off + months × monthly."""

    monthly: Decimal
    one_off: Decimal
    months: int

    @property
    def total(self) -> Decimal:
        return self.one_off + self.months * self.monthly


@dataclass(frozen=True, kw_only=True)
class BidContent:
    """A complete bid. `submitted_by` is the subject who sent it: a person or a system."""

    solution: str
    lines: Sequence[PriceLine]
    promises: Sequence[Promise]
    documents: Sequence[Document] = ()
    submitted_by: str = ""

    def charges(self, currency: str, starts_on: date, ends_on: date) -> Charges:
        of_kind = {
            kind: [line.amount(currency) for line in self.lines if line.kind is kind]
            for kind in LineKind
        }
        return Charges(
            monthly=sum(of_kind[LineKind.MONTHLY], Decimal(0)),
            one_off=sum(of_kind[LineKind.ONE_OFF], Decimal(0)),
            months=months(starts_on, ends_on),
        )

    def encoded(self) -> bytes:
        said = self.answers() | {
            "documents": [each.as_json() for each in self.documents],
            "submitted_by": self.submitted_by,
        }
        return json.dumps(said).encode()

    def answers(self) -> dict[str, Any]:
        """As text, the way a draft keeps them."""
        lines = [
            vars(line) | {"quantity": f"{line.quantity:f}", "unit_price": f"{line.unit_price:f}"}
            for line in self.lines
        ]
        promises = [
            {"target_id": str(each.target_id), "value": f"{each.value:f}"} for each in self.promises
        ]
        return {"solution": self.solution, "lines": lines, "promises": promises}

    @classmethod
    def decoded(cls, plain: bytes) -> Self:
        said = json.loads(plain)
        return cls(
            solution=said["solution"],
            lines=[price_line(line) for line in said["lines"]],
            promises=[
                Promise(UUID(each["target_id"]), Decimal(each["value"]))
                for each in said["promises"]
            ],
            documents=[Document.from_json(each) for each in said["documents"]],
            submitted_by=said["submitted_by"],
        )


def no_answers() -> dict[str, Any]:
    return {"solution": "", "lines": [], "promises": []}


@dataclass(frozen=True)
class Draft:
    """What was typed so far, right or wrong, and the files uploaded so far."""

    answers: Mapping[str, Any] = field(default_factory=no_answers)
    documents: Sequence[Document] = ()

    def encoded(self) -> bytes:
        documents = [each.as_json() for each in self.documents]
        return json.dumps({"answers": self.answers, "documents": documents}).encode()

    @classmethod
    def decoded(cls, plain: bytes) -> Self:
        said = json.loads(plain)
        return cls(said["answers"], [Document.from_json(each) for each in said["documents"]])


def price_line(said: Mapping[str, str]) -> PriceLine:
    return PriceLine(
        said["title"],
        LineKind(said["kind"]),
        Decimal(said["quantity"]),
        Decimal(said["unit_price"]),
    )


def months(starts_on: date, ends_on: date) -> int:
    """How many times a monthly price is due from the first to the last day of the contract.

    Counted from the day the contract begins, not by the calendar; a month that begins counts. From
    15 January to 14 January of the next year there are twelve, to 15 January thirteen.
    """
    after = ends_on + timedelta(days=1)
    whole = (after.year - starts_on.year) * 12 + after.month - starts_on.month
    return whole + (after.day > starts_on.day)
