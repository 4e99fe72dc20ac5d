"""A plan as it is sent: `BODY` by API, `TYPED` by form."""

from datetime import UTC, date, datetime
from typing import Any

YEAR = datetime.now(UTC).year
STARTS_ON, ENDS_ON = date(YEAR, 9, 1), date(YEAR + 1, 8, 31)  # a contract never ends in the past

BODY: dict[str, Any] = {
    "title": "Service desk 服务台",
    "objectives": "Nine calls of ten within a minute",
    "scope_in": "Calls",
    "scope_out": "",
    "starts_on": STARTS_ON.isoformat(),
    "ends_on": ENDS_ON.isoformat(),
    "currency": "CNY",
    "cost_ceiling": "1000.00",
    "contingency": "100.50",
    "lines": [{"title": "Agents", "category": "labour", "amount": "899.50"}],
}
TYPED = {name: value for name, value in BODY.items() if name != "lines"} | {
    "lines-0-title": "Agents",
    "lines-0-category": "labour",
    "lines-0-amount": "899.50",
}
