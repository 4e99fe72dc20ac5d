"""Fields that marshmallow lacks. Their words are spoken when they fail, in the reader's tongue."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import g
from marshmallow import ValidationError, fields

from shared import kernel
from shared.web.i18n import gettext, ngettext

PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
# As pages print it. What begins with 0 is no group: “0,950” is meant as a fraction, and refused.
GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:([, ])[0-9]{3})(?:\1[0-9]{3}){0,3}(\.[0-9]+)?")


def decimal(
    value: Any, places: int, *, most: Decimal | None = None, grouped: bool = True
) -> Decimal:
    """A decimal from text or a whole number, refused rather than rounded."""
    text = str(value) if isinstance(value, str | int) and value is not True else ""
    text = plain(text) if grouped else text.strip()
    if not PLAIN.fullmatch(text):
        wanted = example(places, most)
        raise ValidationError(gettext("Write a number such as %(example)s.", example=wanted))
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        raise ValidationError(too_many_digits(places))
    return number


def plain(text: str) -> str:
    """1234567.5 of “1,234,567.5”, also with spaces, Chinese commas and digits of full width."""
    normal = unicodedata.normalize("NFKC", text).strip()
    return re.sub("[, ]", "", normal) if GROUPED.fullmatch(normal) else normal


def example(places: int, most: Decimal | None) -> str:
    """A number that the field would take."""
    whole = next((n for n in (1234, 12, 4) if most is None or n < most), 0)
    return f"{whole}.{'5'.ljust(min(places, 2), '0')}" if places else str(whole)


def too_many_digits(places: int) -> str:
    if places == 0:
        return gettext("Write a whole number.")
    return ngettext("At most one decimal place.", "At most %(num)s decimal places.", places)


class Amount(fields.Field[Decimal]):
    """A decimal in a string, with at most `places` digits after the point.

    `grouped=False` for what machines send: there “1,234” is a fault, not a thousand.
    """

    def __init__(
        self, *, places: int = 2, least: Decimal | None = None, most: Decimal | None = None,
        grouped: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.places, self.least, self.most, self.grouped = places, least, most, grouped

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        number = decimal(value, self.places, most=self.most, grouped=self.grouped)
        if self.least is not None and number < self.least:
            raise ValidationError(gettext("At least %(n)s.", n=self.least))
        if self.most is not None and number > self.most:
            raise ValidationError(gettext("At most %(n)s.", n=self.most))
        return number

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else f"{value:f}"


AMOUNT = {"type": "string", "format": "decimal"}  # in the OpenAPI documents
AMOUNT_AND_CURRENCY = {
    "type": "object",
    "properties": {"amount": AMOUNT, "currency": {"type": "string"}},
    "required": ["amount", "currency"],
}


class Money(fields.Field[kernel.Money]):
    """An amount in a string beside a field `currency`, or both in one object.

    Refuses more digits than the currency has, or than `places` for unit prices.
    """

    def __init__(self, *, places: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"metadata": {"oneOf": [AMOUNT, AMOUNT_AND_CURRENCY]}} | kwargs)
        self.places = places

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> kernel.Money:
        source = value if isinstance(value, Mapping) else data or {}
        amount = value.get("amount") if isinstance(value, Mapping) else value
        currency = str(source.get("currency"))
        digits = kernel.CURRENCY_DIGITS.get(currency)
        if digits is None:
            raise ValidationError(gettext("Choose one of our currencies."))
        number = decimal(amount, digits if self.places is None else self.places)
        return kernel.Money(number, currency)

    def _serialize(
        self, value: kernel.Money | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> Any:
        return value and {"amount": f"{value.amount:f}", "currency": value.currency}


class Zone(fields.String):
    """The name of an IANA time zone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        name = super()._deserialize(value, *args, **kwargs)
        try:
            ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValidationError(gettext("Write a time zone such as Asia/Shanghai.")) from None
        return name


class LocalDateTime(fields.Field[datetime]):
    """A time with offset or, from an `<input type=datetime-local>`, as the clock on a wall shows.

    The wall is in the zone that the field `zone_from` names, otherwise where the user lives. A
    time that the clocks skip is refused; of two equal ones the first counts.
    """

    def __init__(self, *, zone_from: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone_from = zone_from

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        try:
            at = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise ValidationError(
                gettext("Write date and time such as 2026-11-27T17:00.")
            ) from None
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.zone(data or {}))
            if at.astimezone(UTC).astimezone(at.tzinfo).replace(fold=0) != at:
                raise ValidationError(gettext("The clocks skip this time. Choose another."))
        return at.astimezone(UTC)

    def zone(self, data: Mapping[str, Any]) -> ZoneInfo:
        named = data.get(self.zone_from) if self.zone_from else None
        try:
            return ZoneInfo(str(named or g.actor.zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value and value.isoformat()
