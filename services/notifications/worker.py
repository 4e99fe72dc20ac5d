"""python -m services.notifications.worker: consumer, mails, and the relay of the common jobs."""

from services.notifications.channels.jobs import CRON, JOBS, count_from_zero
from services.notifications.config import settings
from services.notifications.handlers import HANDLERS
from shared.worker import Worker


def main() -> None:
    count_from_zero()
    Worker("notifications", settings(), HANDLERS, JOBS, CRON).run()


if __name__ == "__main__":
    main()
