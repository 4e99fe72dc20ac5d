"""The form of a bid: what was typed, what it adds up to, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from services.rfp.bids.domain import (
    BidContent,
    Charges,
    LineKind,
    LinesMissing,
    PriceLine,
    Promise,
    promise_faults,
)
from services.rfp.bids.queries import Bidding
from services.rfp.bids.schemas.submission import BidForm, LineForm, PromiseForm, is_blank
from services.rfp.tenders.domain import SlaTarget
from shared.kernel import N_
from shared.web.errors import sentence
from shared.web.forms import form_errors, form_fields
from shared.web.i18n import gettext as _
from shared.web.texts import readable


@dataclass(frozen=True)
class Row:
    """A price line as typed. `amount` is there once quantity and price are numbers."""

    typed: Mapping[str, str]
    amount: Decimal | None


@dataclass(frozen=True)
class Wish:
    """An SLA target and the promise that was typed for it."""

    target: SlaTarget
    value: str


@dataclass(frozen=True)
class Part:
    """Of the bid: its words, the heading it stands under, and whether it is complete."""

    words: str
    anchor: str
    ready: bool


@dataclass(frozen=True)
class Checked:
    """A complete bid, or what is wrong with it by the name of the input."""

    content: BidContent | None
    errors: dict[str, str]


def checked(bidding: Bidding) -> Checked:
    try:
        content: BidContent = BidForm().load(in_form_order(bidding))["content"]
    except ValidationError as error:
        found = weak_promises(bidding) | form_errors(error.messages_dict) | no_lines(bidding)
        return Checked(None, in_page_order(found))
    errors = no_lines(bidding) | weak_promises(bidding)
    return Checked(None if errors else content, errors)


def weak_promises(bidding: Bidding) -> dict[str, str]:
    """What the rules say of the promises, also where something else cannot be read."""
    faults = promise_faults(readable_promises(bidding), bidding.targets)
    return {
        f"promises-{n}-value": sentence(faults[target.id])
        for n, target in enumerate(bidding.targets)
        if target.id in faults
    }


def readable_promises(bidding: Bidding) -> Iterator[Promise]:
    for wish in wishes(bidding):
        with suppress(ValidationError):
            yield PromiseForm().load({"target_id": str(wish.target.id), "value": wish.value})


def no_lines(bidding: Bidding) -> dict[str, str]:
    """What to say where no price line was filled in; nothing where one was."""
    if any(not is_blank(line) for line in bidding.answers["lines"]):
        return {}
    return {"lines-0-title": sentence(LinesMissing())}


def in_page_order(errors: Mapping[str, str]) -> dict[str, str]:
    parts = ("solution", "lines", "promises")
    return dict(sorted(errors.items(), key=lambda each: parts.index(each[0].partition("-")[0])))


def in_form_order(bidding: Bidding) -> dict[str, Any]:
    """The answers with promises in the order of the targets, as the form has them."""
    promises = [
        {"target_id": str(wish.target.id)} | ({"value": wish.value} if wish.value else {})
        for wish in wishes(bidding)
    ]
    return {**bidding.answers, "promises": promises}


def wishes(bidding: Bidding) -> Sequence[Wish]:
    typed = {each.get("target_id"): each.get("value", "") for each in bidding.answers["promises"]}
    return [Wish(target, typed.get(str(target.id), "")) for target in bidding.targets]


def price_rows(bidding: Bidding) -> Sequence[Row]:
    """At least one row to type in."""
    lines = bidding.answers["lines"] or [{}]
    return [Row(line, amount(line, bidding.currency)) for line in lines]


def typed(sent: MultiDict[str, str]) -> Mapping[str, Any]:
    """What was typed, to show it again where it cannot even be a draft."""
    shown = MultiDict((name, readable(text)) for name, text in sent.items(multi=True))
    fields = form_fields(shown)
    rows = {name: fields.get(name) for name in ("lines", "promises")}
    solution = fields.get("solution")
    return {"solution": solution if isinstance(solution, str) else ""} | {
        name: [row for row in some if isinstance(row, dict)] if isinstance(some, list) else []
        for name, some in rows.items()
    }


def differences(typed: Bidding, stored: Bidding) -> list[tuple[str, str]]:
    """Where what was typed differs from what is stored: the heading, and what is stored there."""
    mine, theirs = in_words(typed), in_words(stored)
    return [(said, theirs[said]) for said in theirs if mine[said] != theirs[said]]


def in_words(bidding: Bidding) -> dict[str, str]:
    """The answers as lines of text, by the words of their part."""
    lines = [line for line in bidding.answers["lines"] if not is_blank(line)]
    return {
        N_("Solution"): bidding.answers["solution"].replace("\r\n", "\n"),
        N_("Price lines"): "\n".join(line_in_words(line, bidding.currency) for line in lines),
        N_("Service levels"): "\n".join(
            f"{wish.target.title}: {wish.value} {wish.target.unit}"
            for wish in wishes(bidding)
            if wish.value
        ),
    }


def line_in_words(line: Mapping[str, str], currency: str) -> str:
    said = {name: line.get(name) or "–" for name in ("title", "quantity")}
    price = line.get("unit_price") or "–"
    words = _("%(title)s: %(quantity)s × %(price)s %(currency)s")
    return words % {**said, "price": price, "currency": currency}


def amount(typed: Mapping[str, str], currency: str) -> Decimal | None:
    try:
        line: PriceLine = LineForm().load({**typed, "title": "x"})
    except ValidationError:
        return None
    return line.amount(currency)


def totals(bidding: Bidding) -> Charges:
    """Of the lines that have a price by now."""
    priced = [
        PriceLine("", LineKind(row.typed["kind"]), Decimal(1), row.amount)
        for row in price_rows(bidding)
        if row.amount is not None
    ]
    content = BidContent(solution="", lines=priced, promises=())
    return content.charges(bidding.currency, bidding.starts_on, bidding.ends_on)


def parts(bidding: Bidding) -> Sequence[Part]:
    wrong = [name.partition("-")[0] for name in checked(bidding).errors]
    lines = any(not is_blank(line) for line in bidding.answers["lines"])
    return [
        Part(_("Solution"), "part-solution", "solution" not in wrong),
        Part(_("Price lines"), "part-lines", lines and "lines" not in wrong),
        Part(_("Service levels"), "part-promises", "promises" not in wrong),
    ]
