"""A mail server for development: takes every mail and keeps it as a file, and sends nothing.

The launcher forks it; alone it is `python -m deploy.dev.mail FOLDER PORT HOST`.
"""

import asyncio
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Keep:
    """Writes each mail to `<time>-<id>.eml`; the envelope's recipients stand on top."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        file = self.folder / f"{now}-{uuid.uuid4().hex[:8]}.eml"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        recipients = "".join(f"X-Envelope-To: {each}\r\n" for each in envelope.rcpt_tos)
        new = file.with_suffix(".part")
        new.write_bytes(recipients.encode() + content)
        new.rename(file)
        return "250 kept"


async def listen(folder: Path, port: int, host: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Keep(folder), hostname="localhost", enable_SMTPUTF8=True), host, port
    )
    await server.serve_forever()


def serve(folder: Path, port: int, host: str = "127.0.0.1") -> None:
    asyncio.run(listen(folder, port, host))


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
