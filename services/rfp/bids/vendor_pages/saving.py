"""What the buttons of the form keep: what was typed, and a file together with it or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from services.rfp.bids import usecases
from services.rfp.bids.domain import TooManyFiles, TooManyUploads
from services.rfp.bids.schemas.drafts import DraftForm, SeenForm, as_id
from services.rfp.bids.schemas.submission import is_blank
from shared.files import FileEmpty
from shared.kernel import Vendor
from shared.web import transaction
from shared.web.errors import sentence
from shared.web.i18n import gettext
from shared.web.rows import without_row
from shared.web.uploads import Upload, uploaded_file


@dataclass(frozen=True)
class Typed:
    """`seen`: see `require_unchanged`; `removed`: the row or the file that a button takes out."""

    answers: Mapping[str, Any]
    seen: str
    removed: str


@dataclass(frozen=True)
class Refusal:
    """Why the file was not taken. What was typed is kept nevertheless."""

    status: int
    why: str


def keep_form(vendor: Vendor, lot_id: UUID) -> Refusal | None:
    """Whatever breaks off on the way leaves the draft, and so the page, as it was."""
    typed = as_sent(request.form, button=request.args)
    upload = uploaded_file(limit=usecases.FILE_BYTES)
    if upload is None:
        keep(vendor, lot_id, typed)
        return None
    require_savable(vendor, lot_id, typed)
    try:
        keep_with_file(vendor, lot_id, typed, upload)
    except RequestEntityTooLarge:
        refusal = Refusal(413, too_large(upload))
    except (FileEmpty, TooManyFiles, TooManyUploads) as error:
        refusal = Refusal(422, sentence(error))
    else:
        return None
    keep(vendor, lot_id, typed)
    return refusal


def as_sent(sent: MultiDict[str, str], *, button: MultiDict[str, str]) -> Typed:
    """What was typed without blank rows, but for the one that was asked for."""
    removed = button.get("remove", "")
    rows = without_row(dict(sent.items()), removed)
    answers = DraftForm().load(MultiDict(rows))["answers"]
    lines = [line for line in answers["lines"] if not is_blank(line)]
    answers["lines"] = [*(lines or [{}]), {}] if button.get("add") == "lines" else lines
    return Typed(answers, SeenForm().load(sent)["seen"], removed)


def require_savable(vendor: Vendor, lot_id: UUID, typed: Typed) -> None:
    """Before a file is read, which may take minutes."""
    said: dict[str, Any] = {"answers": typed.answers, "seen": typed.seen}
    with transaction() as session:
        keys = current_app.extensions["keys"]
        usecases.require_savable(session, vendor, lot_id=lot_id, keys=keys, **said)


def keep_with_file(vendor: Vendor, lot_id: UUID, typed: Typed, upload: Upload) -> None:
    about = {"name": upload.name, "media_type": upload.media_type}
    storage = current_app.extensions["storage"]
    with usecases.sealed_file(storage, upload.chunks, **about) as file:
        keep(vendor, lot_id, typed, file)


def keep(
    vendor: Vendor, lot_id: UUID, typed: Typed, file: usecases.SealedFile | None = None
) -> None:
    own = {name: current_app.extensions[name] for name in ("keys", "storage")}
    on: dict[str, Any] = {"lot_id": lot_id, "keys": own["keys"]}
    with transaction() as session:
        usecases.save_draft(session, vendor, answers=typed.answers, seen=typed.seen, **on)
        if file_id := as_id(typed.removed):
            usecases.remove_file(session, vendor, file_id=file_id, **on)
        if file:
            usecases.add_file(session, vendor, lot_id=lot_id, file=file, **own)


def too_large(upload: Upload) -> str:
    return gettext(
        "“%(name)s” is larger than %(size)s MB and was not uploaded. What you typed is saved. "
        "Choose a smaller file, or split it.",
        name=upload.name,
        size=usecases.FILE_BYTES // 1024**2,
    )
