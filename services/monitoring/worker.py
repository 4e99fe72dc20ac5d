"""python -m services.monitoring.worker: relay, consumer and jobs of this service."""

from services.monitoring.config import settings
from services.monitoring.handlers import HANDLERS
from services.monitoring.slas.jobs import CRON, JOBS
from shared.worker import Worker


def main() -> None:
    Worker("monitoring", settings(), HANDLERS, JOBS, CRON).run()


if __name__ == "__main__":
    main()
