"""audits/domain: whose chain it is, what people call it, and what a search could mean."""

import pytest

from gateway.audits.domain import COMMON, KINDS, OWNERS, Wanted, kind_of, owners, page_of, wanted
from gateway.services import Service

ID = "01931f7e-6c1a-7c3e-9d6e-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("chain", "kind", "page"),
    [
        (f"rfp:{ID}", "RFP", f"/admin/rfps/{ID}"),
        ("organisation:a:b", "Organisation", "/admin/people/organisations/a:b"),
        ("bid:7", "Bid", ""),
        ("moon:7", "moon", ""),  # none of ours keeps its own word
    ],
)
def test_a_chain_has_a_name_and_maybe_a_page(chain: str, kind: str, page: str) -> None:
    assert (kind_of(chain), page_of(chain)) == (kind, page)


@pytest.mark.parametrize(
    ("chain", "asked"),
    [
        (f"contract:{ID}", (Service.CONTRACTS,)),
        ("keys:rfp:1", (Service.GATEWAY,)),
        ("outbox_event:7", tuple(Service)),
        ("moon", tuple(Service)),
    ],
)
def test_the_owner_is_asked_and_everybody_where_there_is_none(
    chain: str, asked: tuple[Service, ...]
) -> None:
    assert owners(chain) == asked


def test_each_chain_of_ours_has_a_name() -> None:
    assert {*OWNERS, *COMMON} <= set(KINDS)


@pytest.mark.parametrize("text", [f"rfp:{ID}", f"  rfp:{ID}\n", "metric:a.b-c_D9"])
def test_a_chain_is_looked_for_as_it_is(text: str) -> None:
    assert wanted(text) == Wanted((text.strip(),))


@pytest.mark.parametrize("text", [ID, ID.upper(), f"https://x.example/admin/rfps/{ID}?tab=bids"])
def test_an_id_in_an_address_may_be_that_of_any_object(text: str) -> None:
    chains = wanted(text).chains
    assert len(chains) == len(OWNERS) + len(COMMON)
    assert {f"rfp:{ID}", f"dead_letter:{ID}", f"client:{ID}"} <= set(chains)


@pytest.mark.parametrize("text", ["", "Huayun", ID[:-1], ID.replace("-", "")])
def test_other_words_mean_no_chain(text: str) -> None:
    assert wanted(text) == Wanted(())
