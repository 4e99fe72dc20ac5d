"""What a reader sees of an evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.rfp.bids.domain import DocumentState, PriceLine, months
from services.rfp.evaluations.domain import Conflict, Ranking, Score
from services.rfp.evaluations.queries.readers import Part
from services.rfp.tenders.domain import Criterion, PriceFormula, Stage
from shared.files import ScanState


@dataclass(frozen=True)
class PersonView:
    person_id: UUID
    name: str
    conflict: Conflict | None = None
    text: str = ""
    declared_at: datetime | None = None
    submitted_at: datetime | None = None


@dataclass(frozen=True)
class PromiseView:
    title: str
    unit: str
    value: Decimal
    target: Decimal


@dataclass(frozen=True)
class DocumentView:
    """A file of a bid. `size` in bytes; `id` and `scan_state` are none until it is decrypted."""

    id: UUID | None
    name: str
    size: int
    sha256: str
    state: DocumentState
    scan_state: ScanState | None


@dataclass(frozen=True)
class BidView:
    """`price` is the total in the currency of the RFP; none for whom it does not concern yet."""

    bid_id: UUID
    lot_id: UUID
    organisation_id: UUID
    organisation: str
    received_at: datetime
    price: Decimal | None = None
    solution: str = ""
    promises: Sequence[PromiseView] = ()
    documents: Sequence[DocumentView] = ()
    lines: Sequence[PriceLine] = ()


@dataclass(frozen=True)
class LotView:
    id: UUID
    title: str
    bids: Sequence[BidView]
    ranking: Ranking | None = None

    def bid(self, bid_id: UUID) -> BidView:
        return next(bid for bid in self.bids if bid.bid_id == bid_id)

    @property
    def lowest(self) -> Decimal:
        """The lowest admissible price; nothing where there is none."""
        return (self.ranking.lowest if self.ranking else None) or Decimal(0)


@dataclass(frozen=True, kw_only=True)
class EvaluationView:
    """`sheets` are scores by evaluator: one's own, or everybody's once all have submitted."""

    id: UUID
    number: str
    title: str
    currency: str
    starts_on: date
    ends_on: date
    price_formula: PriceFormula
    stage: Stage
    buyer_id: UUID
    opened_at: datetime
    evaluated_at: datetime | None
    awarded_at: datetime | None
    part: Part
    criteria: Sequence[Criterion]
    lots: Sequence[LotView]
    people: Sequence[PersonView]
    sheets: Mapping[UUID, Sequence[Score]] = field(default_factory=dict)

    @property
    def months(self) -> int:
        return months(self.starts_on, self.ends_on)

    @property
    def graded(self) -> list[Criterion]:
        return [criterion for criterion in self.criteria if not criterion.is_price]

    @property
    def cells(self) -> list[tuple[UUID, UUID]]:
        """Bid and criterion of each grade that is to be given, in the order of the sheet."""
        bids_there = (bid for lot in self.lots for bid in lot.bids)
        return [(bid.bid_id, criterion.id) for bid in bids_there for criterion in self.graded]

    def given(self, bid_id: UUID, criterion_id: UUID) -> list[tuple[str, Decimal | None, str]]:
        """Who gave which grade to a bid on a criterion, and why."""
        names = {person.person_id: person.name for person in self.people}
        return [
            (names[person_id], score.grade, score.comment)
            for person_id, sheet in self.sheets.items()
            for score in sheet
            if (score.bid_id, score.criterion_id) == (bid_id, criterion_id)
        ]

    @property
    def waiting_for(self) -> list[PersonView]:
        scorers = (each for each in self.people if each.conflict is not Conflict.ACTUAL)
        return [each for each in scorers if not each.submitted_at]
