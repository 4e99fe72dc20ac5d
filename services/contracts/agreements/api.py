from typing import Any
from uuid import UUID

from services.contracts.agreements import queries, schemas, usecases
from shared.kernel import Auditor, Staff, Vendor
from shared.web import requires, transaction
from shared.web.api import Blueprint
from shared.web.pagination import Part, paginate

api = Blueprint("contracts-api", __name__, url_prefix="/api/v1", description="Contracts")
Reader = Staff | Auditor | Vendor


@api.get("/contracts")
@requires(Reader)
@api.arguments(schemas.ContractQuery, location="query")
@api.response(200, schemas.ContractList)
def list_contracts(reader: Reader, asked: dict[str, Any]) -> Part[Any]:
    with transaction() as session:
        listing = queries.contracts_seen_by(reader, asked.pop("award_id"))
        return paginate(session, *listing, **asked)


@api.get("/contracts/<uuid:contract_id>")
@requires(Reader)
@api.response(200, schemas.ContractView)
def show_contract(reader: Reader, contract_id: UUID) -> queries.ContractView:
    with transaction() as session:
        return queries.contract(session, reader, contract_id)


@api.post("/contracts/<uuid:contract_id>/acceptance")
@requires(Staff | Vendor, "contract_manager", "vendor_admin")
@api.arguments(schemas.Acceptance)
@api.response(200, schemas.ContractView)
def accept_contract(
    actor: Staff | Vendor, shown: dict[str, Any], contract_id: UUID
) -> queries.ContractView:
    """Accept for your side. The second side's acceptance puts the contract into force."""
    with transaction() as session:
        usecases.accept_contract(session, actor, contract_id=contract_id, **shown)
        return queries.contract(session, actor, contract_id)


@api.post("/contracts/<uuid:contract_id>/refusal")
@requires(Staff | Vendor, "contract_manager", "vendor_admin")
@api.arguments(schemas.Refusal)
@api.response(200, schemas.ContractView)
def decline_contract(
    actor: Staff | Vendor, form: dict[str, Any], contract_id: UUID
) -> queries.ContractView:
    """Decline a draft for your side, for good."""
    with transaction() as session:
        usecases.decline_contract(session, actor, contract_id=contract_id, **form)
        return queries.contract(session, actor, contract_id)
