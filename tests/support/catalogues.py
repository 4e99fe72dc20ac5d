"""What the catalogues of all packages say in Chinese."""

from babel.messages.pofile import read_po

from shared.messaging.schemas import ROOT


def translated() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in ROOT.glob("*/**/translations/zh_Hans/LC_MESSAGES/messages.po"):
        with path.open("rb") as po:
            messages = read_po(po, locale="zh_Hans")
        found |= {m.id: m.string for m in messages if isinstance(m.id, str) and m.string}
    return found
