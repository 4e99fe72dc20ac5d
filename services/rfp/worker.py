"""python -m services.rfp.worker: relay, consumer and jobs of this service."""

from services.rfp.bids import jobs as bids
from services.rfp.config import settings
from services.rfp.evaluations import jobs as evaluations
from services.rfp.handlers import HANDLERS
from shared.jobs import Cron, Jobs, merged
from shared.worker import Worker

JOBS: Jobs = {**bids.JOBS, **evaluations.JOBS}
CRON: Cron = merged(bids.CRON, evaluations.CRON)


def main() -> None:
    Worker("rfp", settings(), HANDLERS, JOBS, CRON).run()


if __name__ == "__main__":
    main()
