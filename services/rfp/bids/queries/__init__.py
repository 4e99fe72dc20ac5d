"""Reads. Bidders see what is their own; the opening room shows what its stage allows."""

from services.rfp.bids.queries.bidding import (
    ORDER,
    PLACE_ORDER,
    Bidding,
    Place,
    Receipt,
    as_place,
    bidding,
    drafts_to_finish,
    own_bids,
    own_places,
    place_of,
    receipt,
)
from services.rfp.bids.queries.opening import (
    READERS,
    Minute,
    Opener,
    OpeningDue,
    OpeningRoom,
    Reader,
    opening_room,
    openings_due,
)

__all__ = [
    "ORDER",
    "PLACE_ORDER",
    "READERS",
    "Bidding",
    "Minute",
    "Opener",
    "OpeningDue",
    "OpeningRoom",
    "Place",
    "Reader",
    "Receipt",
    "as_place",
    "bidding",
    "drafts_to_finish",
    "opening_room",
    "openings_due",
    "own_bids",
    "own_places",
    "place_of",
    "receipt",
]
