from typing import Any
from uuid import UUID

from services.rfp.vendors import queries, schemas, usecases
from services.rfp.vendors.domain import Standing
from services.rfp.vendors.queries import READERS, Reader
from shared.kernel import Staff
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate

api = Blueprint("vendors-api", __name__, url_prefix="/api/v1/vendors", description="Vendors")


@api.get("")
@requires(Reader, *READERS)
@api.arguments(schemas.VendorListQuery, location="query", as_kwargs=True)
@api.response(200, schemas.VendorList)
def list_vendors(reader: Reader, standing: Standing | None = None, **part: Any) -> Any:
    with transaction() as session:
        rows = queries.all_vendors(reader, standing=standing)
        return paginate(session, rows, queries.ORDER, queries.VendorRow, descending=False, **part)


@api.get("/<uuid:organisation_id>")
@requires(Reader, *READERS)
@api.response(200, schemas.VendorOut)
def show_vendor(reader: Reader, organisation_id: UUID) -> queries.VendorView:
    with transaction() as session:
        return queries.show_vendor(session, reader, organisation_id)


@api.post("/<uuid:organisation_id>/admission")
@requires(Staff, "buyer", "admin")
@idempotent
@api.arguments(schemas.AdmissionForm)
@api.response(201, schemas.VendorOut)
def admit_vendor(staff: Staff, form: dict[str, Any], organisation_id: UUID) -> queries.VendorView:
    with transaction() as session:
        usecases.admit_vendor(session, staff, organisation_id=organisation_id, now=now(), **form)
        session.flush()
        return queries.show_vendor(session, staff, organisation_id)
