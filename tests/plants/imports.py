"""An import that is not allowed, for each import rule of pyproject.toml."""

from plants.planting import StrayImport

IMPORTS = [
    StrayImport("Gateway and services build on shared", "shared/kernel.py", "import services"),
    StrayImport("Services talk over Kafka", "services/rfp/app.py", "import services.contracts.app"),
    StrayImport("Only shared.messaging speaks Kafka", "services/rfp/app.py", "import kafka"),
    StrayImport("Only shared.metrics knows", "services/rfp/app.py", "import prometheus_client"),
    StrayImport("Only the gateway and shared.identity", "services/rfp/app.py", "import joserfc"),
    StrayImport("The domain is plain Python", "services/rfp/plans/domain.py", "import sqlalchemy"),
    StrayImport("Use cases, queries", "services/rfp/plans/usecases.py", "import flask"),
    StrayImport(
        "Pages and APIs reach the database", "services/rfp/plans/api.py", "import sqlalchemy"
    ),
    StrayImport(
        "Inside a subject, imports",
        "services/rfp/plans/domain.py",
        "import services.rfp.plans.usecases",
    ),
    StrayImport(
        "Inside rfp", "services/rfp/plans/usecases.py", "import services.rfp.tenders.usecases"
    ),
    StrayImport(
        "Inside contracts",
        "services/contracts/agreements/usecases.py",
        "import services.contracts.settlement.usecases",
    ),
    StrayImport(
        "Inside monitoring",
        "services/monitoring/measurements/usecases.py",
        "import services.monitoring.slas.usecases",
    ),
    StrayImport(
        "Inside notifications",
        "services/notifications/inbox/usecases.py",
        "import services.notifications.channels.usecases",
    ),
    StrayImport(
        "Inside the gateway", "gateway/people/usecases.py", "import gateway.clients.usecases"
    ),
    StrayImport(
        "Inside a subject of the gateway",
        "gateway/people/domain.py",
        "import gateway.people.usecases",
    ),
    StrayImport("No import cycles", "shared/audit.py", "import shared.messaging.outbox"),
    StrayImport("Inside shared", "shared/db.py", "import shared.web"),
]
