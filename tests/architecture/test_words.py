"""One word for one thing: the catalogues of all packages and the glossary agree."""

import re
from collections import defaultdict

from babel.messages.catalog import Message

from shared.messaging.schemas import ROOT
from shared.web import catalogues
from shared.web.shell import ROLES

ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| [^|]+ \|$", re.MULTILINE)


def messages() -> list[Message]:
    found = [each for package in catalogues.packages() for each in catalogues.kept(package)]
    return [each for each in found if each.id]


def test_the_same_english_is_the_same_chinese_everywhere() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for each in messages():
        said[f"{each.context or ''}|{each.id}"].add(str(each.string))
    assert len(said) > 1000
    assert {english: words for english, words in said.items() if len(words) > 1} == {}


def test_the_glossary_calls_each_role_as_the_pages_do() -> None:
    chinese = {each.id: each.string for each in messages() if each.context is None}
    glossary = (
        (ROOT / "docs/glossary.md").read_text().partition("## Roles")[2].partition("\n## ")[0]
    )
    rows = dict(ROW.findall(glossary))
    assert {english.lower(): chinese[english] for english in ROLES.values()} == {
        english: words for english, words in rows.items() if english not in ("term", "---")
    }
