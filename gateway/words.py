"""The edge's own words, in the language of who reads them. It runs without Flask."""

import gettext
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

TRANSLATIONS = Path(__file__).parent / "translations"
LOCALES = ("en", "zh-Hans")
WEIGHED = re.compile(r"\s*([A-Za-z-]+|\*)\s*(?:;\s*q=([0-9.]+))?\s*")


@lru_cache(maxsize=1024)  # browsers say one of a few
def preferred(accept_language: str) -> str:
    """The language of ours that a browser asks for first; any Chinese means `zh-Hans`."""
    asked = [
        found.groups() for found in map(WEIGHED.fullmatch, accept_language.split(",")) if found
    ]
    for tag, _ in sorted(asked, key=lambda each: -weight(each[1])):
        short = tag.lower().partition("-")[0]
        if short in ("en", "zh"):
            return "zh-Hans" if short == "zh" else "en"
    return "en"


def weight(text: str | None) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    name = locale.replace("-", "_")
    return gettext.translation("messages", TRANSLATIONS, languages=[name], fallback=True)


def translate(locale: str, text: str, params: Mapping[str, object] | None = None) -> str:
    found = catalogue(locale).gettext(text)
    return found % params if params else found
