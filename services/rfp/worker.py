"""python -m services.rfp.worker: relay, consumer and jobs of this service."""

from services.rfp.config import settings
from services.rfp.handlers import HANDLERS
from shared.jobs import Cron, Jobs
from shared.worker import Worker

JOBS: Jobs = {}
CRON: Cron = {}


def main() -> None:
    Worker("rfp", settings(), HANDLERS, JOBS, CRON).run()


if __name__ == "__main__":
    main()
