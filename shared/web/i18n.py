"""Which language and zone a reader gets, and the words for values."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import flask_babel
from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale
from markupsafe import Markup

from shared import kernel
from shared.web import formats

LANGUAGES = {"en": "English", "zh-Hans": "中文"}
HERE = Path(__file__).parent


def words() -> Any:
    """The reader's catalogue, looked up once for a page that says hundreds of things."""
    found = g.get("words")
    if found is None:
        found = g.words = flask_babel.get_translations()
    return found


def gettext(text: str, **values: object) -> str:
    """The reader's words for an English sentence, with its %(named)s values filled in."""
    said = str(words().ugettext(text))
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The same for a sentence that counts `num` things."""
    return str(words().ungettext(one, many, num)) % {"num": num, **values}


def said(text: str, **values: object) -> Markup:
    """`gettext` of templates, where a sentence is HTML and the values in it are escaped."""
    return filled(words().ugettext(text), values) if values else plain(words(), text)


def counted(one: str, many: str, num: int, **values: object) -> Markup:
    return filled(words().ungettext(one, many, num), {"num": num, **values})


def meant(context: str, text: str, **values: object) -> Markup:
    return filled(words().upgettext(context, text), {"context": context, **values})


@lru_cache(maxsize=4096)
def plain(catalogue: Any, text: str) -> Markup:
    """Most sentences have no values; a catalogue never changes while a process runs."""
    return filled(catalogue.ugettext(text), {})


def filled(sentence: str, values: Mapping[str, object]) -> Markup:
    return Markup(sentence) % values  # noqa: S704  # written by us, in a template or a catalogue


def init_i18n(app: Flask) -> None:
    """Catalogues of shared/web first, then of the deployable; its own words win.

    Flask-Babel takes the plural rule of the last folder, so an empty one must not be named.
    """
    homes = (HERE, Path(app.root_path))
    folders = ";".join(str(each / "translations") for each in homes if translated(each))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = folders
    Babel(app, locale_selector=babel_locale, timezone_selector=zone_name)
    app.jinja_env.globals |= {"_": said, "gettext": said, "ngettext": counted, "pgettext": meant}


def translated(home: Path) -> bool:
    return any((home / "translations").glob("*/LC_MESSAGES/messages.mo"))


def language() -> str:
    """`en` or `zh-Hans`: of the signed-in person, else by cookie, else as the browser asks."""
    actor: kernel.Actor | None = g.get("actor")
    chosen = actor.locale if actor else request.cookies.get("lang", "")
    return chosen if chosen in LANGUAGES else negotiated(request.accept_languages)


def negotiated(wanted: Iterable[tuple[str, float]]) -> str:
    """Werkzeug's `best_match` picks English for `zh-CN,zh;q=0.9,en;q=0.8`; this does not."""
    by_quality = sorted(wanted, key=lambda each: -each[1])
    for tag, quality in by_quality:
        primary = tag.lower().replace("_", "-").partition("-")[0]
        if quality > 0 and primary in ("en", "zh"):
            return "zh-Hans" if primary == "zh" else "en"
    return "en"


def babel_locale() -> str:
    return language().replace("-", "_")


def locale() -> Locale:
    found: Locale | None = g.get("locale")
    if found is None:
        found = g.locale = get_locale() or Locale("en")
    return found


def zone_name() -> str:
    actor: kernel.Actor | None = g.get("actor")
    return formats.known_zone(actor.zone if actor else "UTC")


def label(value: Any) -> str:
    """The word for a member of one of our enumerations; other values as they are."""
    words = getattr(value, "label", None) or value
    return gettext(str(words)) if words else ""


def shown(value: Any) -> Any:
    """A parameter of a sentence as people write it."""
    if isinstance(value, kernel.Labelled):
        return label(value)
    if isinstance(value, datetime):
        return formats.moment(value, locale(), zone_name())
    if isinstance(value, date):
        return formats.day(value, locale(), zone_name())
    if isinstance(value, kernel.Money):
        return f"{value.currency}\u00a0{formats.amount(value.amount, value.currency)}"
    if isinstance(value, Decimal):
        return formats.number(value)
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:  # as in events
        return shown(kernel.Money(Decimal(value["amount"]), value["currency"]))
    return value
