"""What is asked, by service: one line for each route, and who may."""

from isolation.cases import contracts, gateway, internal, monitoring, notifications, rfp
from isolation.matrix import Table, cases

PLACES_OF = {
    "rfp": rfp,
    "contracts": contracts,
    "monitoring": monitoring,
    "notifications": notifications,
    "gateway": gateway,
}


def internal_of(service: str) -> Table:
    return internal.OF_GATEWAY if service == "gateway" else internal.ADMITS


CASES = [
    *(
        case
        for service, told in PLACES_OF.items()
        for case in cases(service, told.ADMITS, told.BODIES, told.HOLDS)
    ),
    *(
        case
        for service in PLACES_OF
        for case in cases(service, internal_of(service), {}, internal.HOLDS)
    ),
]

# Open on purpose. All of it is asked as nobody, and must show nothing of anybody.
OPEN = {
    "GET /static/": "style, scripts and pictures",
    "GET /health/": "asked by whatever watches the processes",
    "GET /metrics": "figures without names, on ports that nobody is led to",
    "GET /login": "the way in",
    "POST /login": "the way in; tries are counted",
    "GET /language": "the switch on the way in",
    "GET /.well-known/": "public halves of keys, addresses of endpoints",
    "GET /oauth/jwks": "public halves of keys",
    "POST /oauth/token": "asks for a client's secret itself",
    "GET /internal/jwks.json": "public halves of keys, and not routed from outside",
    "GET /api/v1/openapi/": "the interface is no secret",
}
