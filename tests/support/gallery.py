"""All pages that are looked at, by people and by the gate: who opens each, and in which state."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from support import corners, endings, scenes
from support.corners import Corners
from support.endings import Endings
from support.scenes import Places, Shot
from support.story import Cast

T = TypeVar("T")
AN_ID = "01890000-0000-7000-8000-000000000001"

# Not pages, by how the rule begins.
NO_PAGES = {
    "/api/": "the interface",
    "/internal/": "for the gateway",
    "/health/": "for whatever watches the processes",
    "/metrics": "for Prometheus",
    "/static/": "styles, scripts and pictures; each page loads them",
    "/.well-known/": "for machines",
    "/oauth/jwks": "for machines",
    "/language": "leads back to where the reader was",
    "/admin/messages/unread": "a part of each page: the bell",
    "/portal/messages/unread": "a part of each page: the bell",
    "/account/again": "a part of a page whose session has ended",
    "/portal/bids/lots/<uuid:lot_id>/deadline": "a part of its page, renewed",
    "/admin/operations/live": "a part of its page, renewed",
    "/admin/rfps/<uuid:rfp_id>/opening/news": "a part of its page, renewed",
    "/portal/opportunities/<uuid:rfp_id>/deadline": "a part of its page, renewed",
    "/admin/awards/<uuid:award_id>/documents/": "a file",
    "/admin/evaluations/<uuid:rfp_id>/documents/": "a file",
    "/portal/bids/awards/<uuid:award_id>/documents/": "a file",
    "/admin/milestones/<uuid:milestone_id>/deliverables/": "a file",
    "/portal/milestones/<uuid:milestone_id>/deliverables/": "a file",
    "/admin/performance/<uuid:metric_id>/windows/<uuid:window_id>/measurements.csv": "a file",
    "/portal/performance/<uuid:metric_id>/windows/<uuid:window_id>/measurements.csv": "a file",
}


@dataclass(frozen=True)
class Gallery:
    """Objects in every state that a page shows."""

    places: Places
    endings: Endings
    corners: Corners


def gallery(who: Cast, letter: str) -> Gallery:
    """Made by API; most of the time it waits for deadlines."""
    with ThreadPoolExecutor(2) as pool:
        usual, ended = pool.submit(scenes.places, who), pool.submit(endings.endings, who)
        told = corners.corners(who, usual.result(), ended.result(), letter)
    return Gallery(usual.result(), ended.result(), told)


def shots(of: Gallery) -> Iterator[Shot]:
    yield from scenes.shots(of.places)
    yield from endings.shots(of.endings)
    yield from corners.shots(of.corners)


def imagined(kind: Callable[..., T] = Gallery) -> T:  # type: ignore[assignment]  # T is Gallery
    """The same list without a running product: every id is the same one."""
    hints = get_type_hints(kind).values()
    return kind(*(imagined(each) if is_dataclass(each) else AN_ID for each in hints))


def kept(file: Path, make: Callable[[], Any]) -> Any:
    """Objects are made once for a folder, so that a page can be shown before and after."""
    if not file.exists():
        file.write_bytes(pickle.dumps(make()))
    return pickle.loads(file.read_bytes())
