"""monitoring: the `metric` of huayun's contract, a `window`, an `import`, a grant to callgrid.

Of `silent_metric` nobody has measured anything; what others send was taken at `past`.
"""

from typing import Any

from isolation.actors import HUAYUN, OTHER_PARTNER, PARTNER, VENDORS
from isolation.cases import contracts

A_VENDOR = tuple(each for each in VENDORS if not each.endswith(".client"))
HUAYUN_PEOPLE = HUAYUN[:2]
MANAGER = ("contract_manager",)
WATCHERS = contracts.READERS
OUTSIDERS = ("outside.auditor",)

ADMITS = {
    "GET /admin/performance": (*WATCHERS, *OUTSIDERS),
    "GET /admin/performance/{metric}": WATCHERS,
    "POST /admin/performance/{metric}/evaluation": MANAGER,
    "GET /admin/performance/{metric}/grants": WATCHERS,
    "POST /admin/performance/{metric}/grants": MANAGER,
    "POST /admin/performance/{metric}/grants/{first_grantee}/revocation": MANAGER,
    "POST /admin/performance/{metric}/imports": MANAGER,
    "POST /admin/performance/{metric}/measurements": MANAGER,
    "GET /admin/performance/{metric}/measurements/new": MANAGER,
    "GET /admin/performance/{metric}/windows/{window}": WATCHERS,
    "POST /admin/performance/{silent_metric}/windows/{page_silent_window}/closing": MANAGER,
    "GET /admin/performance/{metric}/windows/{window}/measurements.csv": WATCHERS,
    "GET /admin/performance/imports/{import}": WATCHERS,
    "GET /portal/performance": A_VENDOR,
    "GET /portal/performance/{metric}": HUAYUN_PEOPLE,
    "GET /portal/performance/{metric}/windows/{window}": HUAYUN_PEOPLE,
    "GET /portal/performance/{metric}/windows/{window}/measurements.csv": HUAYUN_PEOPLE,
    # to othergrid the metric is one that never was: its rows are refused
    "POST /api/v1/measurements": (PARTNER, OTHER_PARTNER, *MANAGER),
    "GET /api/v1/metrics": (*HUAYUN, *VENDORS, *WATCHERS, *OUTSIDERS, PARTNER, OTHER_PARTNER),
    "GET /api/v1/metrics?contract_id={contract}": (
        *(*HUAYUN, *VENDORS, *WATCHERS, *OUTSIDERS),
        *(PARTNER, OTHER_PARTNER),
    ),
    "GET /api/v1/metrics/{metric}": (*HUAYUN, *WATCHERS, PARTNER),
    "GET /api/v1/metrics/{metric}/grants": WATCHERS,
    "POST /api/v1/metrics/{metric}/grants": MANAGER,
    "DELETE /api/v1/metrics/{metric}/grants/{second_grantee}": MANAGER,
    "POST /api/v1/metrics/{metric}/measurements/csv?name=more.csv": (PARTNER, *MANAGER),
    "POST /api/v1/metrics/{silent_metric}/windows/{silent_window}/closing": MANAGER,
    "POST /api/v1/metrics/{metric}/windows/evaluation": MANAGER,
    "GET /api/v1/windows?metric_id={metric}": (*HUAYUN, *VENDORS, *WATCHERS, *OUTSIDERS),
    "GET /api/v1/windows/{window}": (*HUAYUN, *WATCHERS),
    "GET /api/v1/windows/{window}/measurements": (*HUAYUN, *WATCHERS),
}
A_ROW = "taken_at,value,external_id\n{{past}},1,{}\n"
A_REASON = {"reason": "Its counter was not installed yet."}
BODIES: dict[str, dict[str, Any]] = {
    "POST /admin/performance/{metric}/grants": {"organisation_id": "{first_grantee}"},
    "POST /api/v1/metrics/{metric}/grants": {"organisation_id": "{second_grantee}"},
    "POST /admin/performance/{metric}/measurements": {
        **{"taken_at": "{past}", "value": "1", "external_id": "by hand"},
    },
    "POST /api/v1/measurements": {
        "measurements": [
            {
                "metric_id": "{metric}",
                "source": "isolation",
                "external_id": "1",
                "taken_at": "{past}",
                "value": "1",
            }
        ]
    },
    "POST /api/v1/metrics/{metric}/measurements/csv?name=more.csv": {
        "file": A_ROW.format("api"),
        "type": "text/csv",
    },
    "POST /admin/performance/{metric}/imports": {
        "file": A_ROW.format("page"),
        "type": "text/csv",
    },
    "POST /admin/performance/{silent_metric}/windows/{page_silent_window}/closing": A_REASON,
    "POST /api/v1/metrics/{silent_metric}/windows/{silent_window}/closing": A_REASON,
}
HOLDS = {
    "GET /api/v1/metrics?contract_id={contract}": "metric",
    "GET /api/v1/windows?metric_id={metric}": "window",
    "GET /portal/performance": "metric",
}
