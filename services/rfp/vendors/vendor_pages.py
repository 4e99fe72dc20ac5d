from flask import Blueprint
from flask.typing import ResponseReturnValue

from services.rfp.vendors import queries
from shared.kernel import N_, Vendor
from shared.web import page, requires, transaction
from shared.web.timeline import timeline

pages = Blueprint("company", __name__, url_prefix="/portal/company", template_folder="templates")
HAPPENED = {"vendor_admitted": N_("Admitted by the buyer")}


@pages.get("")
@requires(Vendor)
def show(vendor: Vendor) -> ResponseReturnValue:
    """A vendor's own standing. What the buyer noted about them is the buyer's."""
    with transaction() as session:
        company = queries.own_company(session, vendor)
        history = timeline(session, f"vendor:{vendor.vendor_id}", HAPPENED, names=False)
    return page("vendors/company.html", company=company, history=history)
