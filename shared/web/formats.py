"""How dates, amounts and sizes are written in a language and a zone. Knows nothing of requests."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import get_timezone_location, get_timezone_name

from shared.kernel import CURRENCY_DIGITS


def known_zone(name: str) -> str:
    """The zone's name, or UTC where this machine does not know it."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def is_chinese(locale: Locale) -> bool:
    return locale.language == "zh"


def moment(at: datetime, locale: Locale, zone: str) -> str:
    """Fri 27 Nov 2026, 17:00 / 2026年11月27日 周五 17:00"""
    local = at.astimezone(ZoneInfo(zone))
    weekday = locale.days["format"]["abbreviated"][local.weekday()]
    clock = f"{local.hour:02}:{local.minute:02}"
    if is_chinese(locale):
        return f"{written(local, locale)} {weekday} {clock}"
    return f"{weekday} {written(local, locale)}, {clock}"


def day(on: date, locale: Locale, zone: str) -> str:
    """27 Nov 2026 / 2026年11月27日"""
    local = on.astimezone(ZoneInfo(zone)) if isinstance(on, datetime) else on
    return written(local, locale)


def written(on: date, locale: Locale) -> str:
    said = month(on, locale)
    return f"{said}{on.day}日" if is_chinese(locale) else f"{on.day} {said}"


def month(of: date, locale: Locale) -> str:
    """Oct 2026 / 2026年10月"""
    if is_chinese(locale):
        return f"{of.year}年{of.month}月"
    return f"{locale.months['format']['abbreviated'][of.month]} {of.year}"


def zone_words(at: datetime, locale: Locale, zone: str) -> str:
    """China Standard Time (UTC+8) / 中国标准时间（UTC+8）"""
    local = at.astimezone(ZoneInfo(zone))
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    utc = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    if zone.startswith("Etc/"):
        return utc
    name = get_timezone_name(local, locale=locale)
    if name.startswith("GMT"):  # CLDR has no name for it but that of the place
        name = get_timezone_location(zone, locale=locale)
    return f"{name}（{utc}）" if is_chinese(locale) else f"{name} ({utc})"


def local_input(at: datetime, zone: str) -> str:
    """The value of an `<input type=datetime-local>`."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


MINUS = "\u2212"


def amount(value: Decimal | int | str, currency: str = "CNY") -> str:
    """1,234.50: the currency's digits, more only where the amount has them (unit prices)."""
    digits = CURRENCY_DIGITS.get(currency, 2)
    figure = f"{Decimal(value):,.{max(digits, decimal_places(Decimal(value)))}f}"
    return figure.replace("-", MINUS)


def number(value: Decimal | int | float | str) -> str:
    """1,234.5: no zeros at the end."""
    exact = Decimal(str(value))
    return f"{exact:,.{decimal_places(exact)}f}"


def decimal_places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def size(count: int) -> str:
    """2.4 MB"""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            break
        count, unit = count / 1000, {"B": "KB", "KB": "MB", "MB": "GB"}[unit]  # type: ignore[assignment]  # a float from here
    return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"


def span(at: datetime, now: datetime) -> tuple[str, int]:
    """Whole units between two times, rounded down, so that nobody is promised too much."""
    seconds = abs((at - now).total_seconds())
    for unit, length in (("days", 86400), ("hours", 3600)):
        if seconds >= length:
            return unit, int(seconds // length)
    return "minutes", int(seconds // 60)


def urgency(at: datetime, now: datetime) -> str:
    seconds = (at - now).total_seconds()
    return "late" if seconds < 0 else "soon" if seconds < 86400 else "far"


def mark(at: datetime, now: datetime) -> str:
    """The last of 24 h, 1 h, 10 min and 1 min that a deadline has passed; empty before."""
    left = (at - now).total_seconds()
    return next(
        (m for m, s in (("1m", 60), ("10m", 600), ("1h", 3600), ("24h", 86400)) if left <= s), ""
    )
