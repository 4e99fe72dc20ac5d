"""An evaluation of a window is worth one credit, however often and however it is told."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from support.contracts import EVALUATED, a_window, evaluated, handle, heard, in_force, race, said
from support.database import Sessions, rows

from services.contracts.agreements.domain import Contract
from services.contracts.settlement.domain import CreditState
from services.contracts.settlement.persistence import credits
from shared.kernel import uuid7

TIMES = 8


def test_an_evaluation_told_again_later_proposes_nothing(
    known: Sessions, contract: Contract
) -> None:
    window = evaluated(known, contract)
    for _ in range(2):
        assert handle(known, heard(EVALUATED, window)) == [True]
    assert len(rows(known, credits)) == len(said(known, "credit_proposed")) == 1


def test_an_evaluation_told_eight_times_at_once_proposes_once(committing: Sessions) -> None:
    """As eight events, so that the inbox stops none of them."""
    window = a_window(in_force(committing))
    calls = [lambda: handle(committing, heard(EVALUATED, window))] * TIMES
    assert race(calls) == [[True]] * TIMES
    [credit] = rows(committing, credits)
    assert (credit.state, credit.amount) == (CreditState.PROPOSED, Decimal(5000))
    assert len(said(committing, "credit_proposed")) == 1


def test_one_event_that_comes_eight_times_at_once_proposes_once(committing: Sessions) -> None:
    event = heard(EVALUATED, a_window(in_force(committing)))
    answers = race([lambda: handle(committing, event)] * TIMES)
    assert sorted(answers) == [[False]] * (TIMES - 1) + [[True]]
    assert len(rows(committing, credits)) == len(said(committing, "credit_proposed")) == 1


def test_the_table_takes_one_credit_for_an_evaluation(known: Sessions, contract: Contract) -> None:
    """Whatever the code does: not even beside one that finance has rejected."""
    evaluated(known, contract)
    [row] = rows(known, credits)
    decided = {"state": CreditState.REJECTED, "decided_at": row.proposed_at}
    another = row._asdict() | decided | {"id": uuid7(), "calculation_id": uuid7()}
    with (
        pytest.raises(IntegrityError, match="uq_credits_window_id_revision"),
        known.begin() as session,
    ):
        session.execute(sa.insert(credits).values(another))
