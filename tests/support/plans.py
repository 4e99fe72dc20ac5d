"""A plan as it is sent: `BODY` by API, `TYPED` by form."""

from typing import Any

BODY: dict[str, Any] = {
    "title": "Service desk 服务台",
    "objectives": "Nine calls of ten within a minute",
    "scope_in": "Calls",
    "scope_out": "",
    "starts_on": "2026-09-01",
    "ends_on": "2027-08-31",
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
