"""`python -m shared.messaging.replay SERVICE --since TIME --until TIME`: send events again."""

import argparse
import os
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from shared import audit, db
from shared.messaging import outbox


def main() -> None:
    asked = arguments()
    url = os.environ[f"DATABASE_URL_{asked.service.upper()}"]
    with db.sessions(db.connect(url)).begin() as session:
        count = replay(session, asked.since, asked.until)
    print(f"{count} events of {asked.service} will be sent again with the same ids.")  # noqa: T201  # a command


def replay(session: Session, since: datetime, until: datetime) -> int:
    count = outbox.replay(session, since=since, until=until)
    detail = {"since": since.isoformat(), "until": until.isoformat(), "count": count}
    audit.record(session, "system", chain="outbox:replays", action="events_replayed", detail=detail)
    return count


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="replay", description="Send a time range again.")
    parser.add_argument("service", help="gateway, rfp, contracts, monitoring or notifications")
    parser.add_argument("--since", type=instant, required=True, help="2026-11-22T09:00+08:00")
    parser.add_argument("--until", type=instant, default=datetime.now(UTC))
    return parser.parse_args()


def instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("say the offset from UTC, as in 2026-11-22T09:00+08:00")
    return moment


if __name__ == "__main__":
    main()
