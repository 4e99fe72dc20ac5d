"""Sessions begin and end. Callers own the transaction."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gateway.sessions.domain import ABSOLUTE, BrowserSession, browser_name, digest, new_token
from gateway.sessions.persistence import load_own_session, sessions
from shared import audit
from shared.kernel import Actor, NotFound

KEPT = timedelta(days=30)


def open_session(
    session: Session, person_id: UUID, *, address: str, browser: str, now: datetime
) -> tuple[str, BrowserSession]:
    """A new session and the token that only its browser will know."""
    token = new_token()
    opened = BrowserSession(
        person_id=person_id,
        token_sha256=digest(token),
        csrf=secrets.token_urlsafe(24),
        opened_at=now,
        last_seen_at=now,
        address=address,
        browser=browser_name(browser),
    )
    session.add(opened)
    detail = {"session": str(opened.id), "address": address}
    audit.record(
        session,
        f"usr_{person_id}",
        chain=f"person:{person_id}",
        action="signed_in",
        detail=detail,
    )
    return token, opened


def end_session(session: Session, actor: Actor, *, session_id: UUID, now: datetime) -> None:
    """End one of one's own sessions; the next request with its cookie is signed out."""
    if actor.person_id is None:
        raise NotFound
    load_own_session(session, actor.person_id, session_id).ended_at = now
    chain, detail = f"person:{actor.person_id}", {"session": str(session_id)}
    audit.record(session, actor, chain=chain, action="session_ended", detail=detail)


def end_sessions_of(
    session: Session, *, person_id: UUID, now: datetime, but: str | None = None
) -> None:
    """After roles, password or the account itself changed, they sign in anew; `but` one stays."""
    alive = (sessions.c.person_id == person_id) & sessions.c.ended_at.is_(None)
    if but:
        alive &= sessions.c.id != UUID(but)
    session.execute(sa.update(sessions).where(alive).values(ended_at=now))


def purge_sessions(session: Session, *, now: datetime) -> None:
    """Forget sessions that have long been over. What matters of them is in the audit trail."""
    session.execute(sa.delete(sessions).where(sessions.c.opened_at < now - ABSOLUTE - KEPT))
