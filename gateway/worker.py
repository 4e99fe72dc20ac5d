"""The gateway's other process: relay of identity events, keeper of checkpoints, jobs."""

from gateway.accounts.jobs import purge_attempts
from gateway.config import settings_from_environment
from gateway.handlers import HANDLERS
from gateway.sessions.jobs import purge_sessions
from shared import logging
from shared.jobs import Cron, Jobs
from shared.worker import Worker

JOBS: Jobs = {"purge_attempts": purge_attempts, "purge_sessions": purge_sessions}
CRON: Cron = {"*/15 * * * *": ["purge_attempts"], "41 3 * * *": ["purge_sessions"]}


def main() -> None:
    settings = settings_from_environment()
    logging.configure("gateway-worker", settings.log_level)
    Worker("gateway", settings, HANDLERS, JOBS, CRON).run()


if __name__ == "__main__":
    main()
