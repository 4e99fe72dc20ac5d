from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.vendors import queries, schemas, usecases
from services.rfp.vendors.domain import LOWEST_TIER, Category, Standing
from services.rfp.vendors.queries import READERS, Reader
from shared.kernel import N_, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

pages = Blueprint("vendors", __name__, url_prefix="/admin/vendors", template_folder="templates")
TONES = {Standing.PROSPECTIVE: "wait", Standing.APPROVED: "good"}
HAPPENED = {"vendor_admitted": N_("Admitted, tier %(tier)s")}
TIER_WORDS = {
    1: N_("Tier 1: without them our own service stands still"),
    2: N_("Tier 2: we notice within days"),
    3: N_("Tier 3: easily replaced"),
}


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    asked = request.args.get("show", "")
    standing = Standing(asked) if asked in list(Standing) else None
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
        "descending": False,
    }
    with transaction() as session:
        rows = queries.all_vendors(reader, standing=standing)
        part = paginate(session, rows, queries.ORDER, queries.VendorRow, **place)
        counts = queries.vendor_counts(session, reader)
    return page("vendors/list.html", part=part, counts=counts, standing=standing, tones=TONES)


@pages.get("/<uuid:organisation_id>")
@requires(Reader, *READERS)
def show(reader: Reader, organisation_id: UUID) -> ResponseReturnValue:
    return page("vendors/show.html", **shown(reader, organisation_id))


@pages.post("/<uuid:organisation_id>/admission")
@requires(Staff, "buyer", "admin")
@idempotent
def admit(staff: Staff, organisation_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.AdmissionForm().load(request.form)
    except ValidationError as error:
        return invalid("vendors/show.html", error, **shown(staff, organisation_id))
    with transaction() as session:
        usecases.admit_vendor(session, staff, organisation_id=organisation_id, now=now(), **form)
    return see_other(url_for("vendors.show", organisation_id=organisation_id))


def shown(reader: Reader, organisation_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        return {
            "vendor": queries.show_vendor(session, reader, organisation_id),
            "history": timeline(session, f"vendor:{organisation_id}", HAPPENED),
            "reader": reader,
            "categories": list(Category),
            "tiers": range(1, LOWEST_TIER + 1),
            "tier_words": TIER_WORDS,
            "tones": TONES,
        }
