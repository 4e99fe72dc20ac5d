"""What the clock does with the files of deliverables."""

from services.contracts.delivery.usecases import FOLDER
from shared.files import LocalStorage, keys_named, sweep
from shared.jobs import Context, Cron, Jobs
from shared.logging import get_logger

log = get_logger(__name__)


def sweep_files(context: Context) -> None:
    storage = LocalStorage(context.settings.data / "storage")
    with context.sessions.begin() as session:
        if swept := sweep(session, storage, keys_named, under=FOLDER):
            log.info("files swept", count=swept)


JOBS: Jobs = {"sweep_files": sweep_files}
CRON: Cron = {"53 3 * * *": ["sweep_files"]}
