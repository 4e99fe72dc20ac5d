"""Words that should not stand on a page: English ones on a Chinese page, and unfilled sentences."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from babel.messages.catalog import Message

from shared.web import catalogues

CHINESE = re.compile(r"[\u4e00-\u9fff]")
RAW = re.compile(r"%\(\w+\)|\{\{|\}\}|\{%|%\}|\[object |^(True|False|undefined|NaN|null)$")
PLACE = re.compile(r"%\\?\((\w+)\\?\)[sd]|%%")
FEWEST_WORDS = 3  # of a sentence that is sought inside of other words, too


def raw(texts: Iterable[str]) -> Iterator[str]:
    """Placeholders that nothing was put into, and values that no reader knows."""
    return (each for each in map(plain, texts) if RAW.search(each))


def english(texts: Iterable[str]) -> Iterator[str]:
    """Texts that the catalogues have in Chinese."""
    return (each for each in map(plain, texts) if is_english(each))


def plain(text: str) -> str:
    return " ".join(text.split())


@cache
def is_english(text: str) -> bool:
    words, filled, sentences = translated()
    if any(each in text for each in sentences):
        return True
    if CHINESE.search(text):
        return False
    return text in words or any(each.fullmatch(text) for each in filled)


@cache
def translated() -> tuple[frozenset[str], tuple[re.Pattern[str], ...], tuple[str, ...]]:
    """English that has other words in Chinese: whole, with places to fill in, and long ones."""
    found = {text for message in messages() for text in english_of(message)}
    whole = frozenset(each for each in found if not PLACE.search(each))
    places = tuple(re.compile(pattern(each)) for each in found - whole if letters(each))
    return whole, places, tuple(e for e in whole if len(e.split()) >= FEWEST_WORDS)


def messages() -> Iterator[Message]:
    return (m for package in catalogues.packages() for m in catalogues.kept(package) if m.id)


def english_of(message: Message) -> Iterator[str]:
    """Of one message, if its Chinese differs; singular and plural."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return (plain(each) for each in ids if each not in said and re.search("[A-Za-z]{2}", each))


def letters(text: str) -> bool:
    """Whether anything is left to know a sentence by."""
    return bool(re.search("[A-Za-z]{3}", PLACE.sub("", text)))


def pattern(text: str) -> str:
    return PLACE.sub("(?:.+)", re.escape(text))
