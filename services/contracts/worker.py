"""python -m services.contracts.worker: relay, consumer, and the common jobs."""

from services.contracts.config import settings
from services.contracts.handlers import HANDLERS
from shared.worker import Worker


def main() -> None:
    Worker("contracts", settings(), HANDLERS, {}, {}).run()


if __name__ == "__main__":
    main()
