"""What every template has at hand: filters, globals and the shell around the page."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, g
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader

from shared import kernel
from shared.files import is_downloadable
from shared.web import assets_manifest, formats, i18n, shell
from shared.web.i18n import gettext, ngettext
from shared.web.rows import row_count
from shared.web.trail import READERS
from shared.web.transactions import now
from shared.web.zones import zones


def init_templates(app: Flask) -> None:
    own = FileSystemLoader(f"{app.root_path}/templates")
    loaders: list[BaseLoader] = [own, PackageLoader("shared.web")]
    app.jinja_loader = ChoiceLoader(loaders)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= FILTERS
    app.jinja_env.globals |= {"asset": asset, "csrf_token": csrf_token, "new_key": kernel.uuid7}
    app.jinja_env.globals |= {"row_count": row_count, "zones": zones, "audit_path": audit_path}
    app.jinja_env.globals["is_downloadable"] = is_downloadable
    app.context_processor(shell.around)


def asset(name: str) -> str:
    """Its address; the plain name where nothing is built yet. Looks it up once for a page."""
    names: Mapping[str, str] | None = g.get("assets")
    if names is None:
        names = g.assets = assets_manifest.built()
    return f"/static/{names.get(name, name)}"


def csrf_token() -> str:
    """Of the session; before there is one, whatever the login page put into `g.csrf`."""
    actor: kernel.Actor | None = g.get("actor")
    return actor.csrf if actor else str(g.get("csrf", ""))


def audit_path(chain: str) -> str:
    """The page with all of a chain, for whoever may read it."""
    actor: kernel.Actor | None = g.get("actor")
    reads = isinstance(actor, kernel.Staff | kernel.Auditor) and not actor.roles.isdisjoint(READERS)
    return f"/admin/audit?{urlencode({'object': chain})}" if reads else ""


def moment(at: datetime) -> str:
    return formats.moment(at, i18n.locale(), i18n.zone_name())


def day(on: date) -> str:
    return formats.day(on, i18n.locale(), i18n.zone_name())


def zone(at: datetime, named: str = "") -> str:
    return formats.zone_words(at, i18n.locale(), formats.known_zone(named or i18n.zone_name()))


def zone_name(named: str) -> str:
    """A zone by what people call it, with its offset of today: China Standard Time (UTC+8)."""
    return zone(now(), named)


def in_zone(at: datetime, named: str) -> str:
    """A moment as it is where the deadline counts, not where the reader is."""
    return formats.moment(at, i18n.locale(), formats.known_zone(named))


def differs(at: datetime, named: str) -> bool:
    """The clocks there show another time than the reader's."""
    here, there = (ZoneInfo(formats.known_zone(each)) for each in (i18n.zone_name(), named))
    return at.astimezone(here).utcoffset() != at.astimezone(there).utcoffset()


def relative(at: datetime) -> str:
    """How long until a deadline, or since it has passed."""
    unit, n = formats.span(at, now())
    late = at < now()
    if (unit, n) == ("minutes", 0):
        return gettext("just now") if late else gettext("in less than a minute")
    return overdue(unit, n) if late else left(unit, n)


def overdue(unit: str, n: int) -> str:
    if unit == "days":
        return ngettext("%(num)d day overdue", "%(num)d days overdue", n)
    if unit == "hours":
        return ngettext("%(num)d hour overdue", "%(num)d hours overdue", n)
    return ngettext("%(num)d minute overdue", "%(num)d minutes overdue", n)


def left(unit: str, n: int) -> str:
    if unit == "days":
        return ngettext("in %(num)d day", "in %(num)d days", n)
    if unit == "hours":
        return ngettext("in %(num)d hour", "in %(num)d hours", n)
    return ngettext("in %(num)d minute", "in %(num)d minutes", n)


def ago(at: datetime) -> str:
    """How long since something happened."""
    unit, n = formats.span(at, now())
    if unit == "days":
        return ngettext("%(num)d day ago", "%(num)d days ago", n)
    if unit == "hours":
        return ngettext("%(num)d hour ago", "%(num)d hours ago", n)
    return ngettext("%(num)d minute ago", "%(num)d minutes ago", n) if n else gettext("just now")


def urgency(at: datetime) -> str:
    return formats.urgency(at, now())


def mark(at: datetime) -> str:
    return formats.mark(at, now())


def local_input(at: datetime | None, zone: str = "") -> str:
    return formats.local_input(at, formats.known_zone(zone or i18n.zone_name())) if at else ""


def month(of: date) -> str:
    return formats.month(of, i18n.locale())


def amount(value: kernel.Money | Decimal | str, currency: str = "CNY") -> str:
    if isinstance(value, kernel.Money):
        return formats.amount(value.amount, value.currency)
    return formats.amount(value, currency)


FILTERS: dict[str, Any] = {
    "ago": ago,
    "amount": amount,
    "date": day,
    "day": day,
    "differs": differs,
    "in_zone": in_zone,
    "label": i18n.label,
    "local_input": local_input,
    "mark": mark,
    "moment": moment,
    "month": month,
    "number": formats.number,
    "relative": relative,
    "size": formats.size,
    "urgency": urgency,
    "when": moment,
    "zone": zone,
    "zone_name": zone_name,
}
