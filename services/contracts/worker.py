"""python -m services.contracts.worker: relay, consumer and jobs of this service."""

from services.contracts.config import settings
from services.contracts.delivery import jobs as delivery
from services.contracts.handlers import HANDLERS
from shared.jobs import Cron, Jobs
from shared.worker import Worker

JOBS: Jobs = delivery.JOBS
CRON: Cron = delivery.CRON


def main() -> None:
    Worker("contracts", settings(), HANDLERS, JOBS, CRON).run()


if __name__ == "__main__":
    main()
