"""Every plant: where, what is taken away, and the test that must fail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    name: str
    file: str
    old: str
    new: str
    test: str

    def apply(self, source: str) -> str:
        assert self.old in source, f"{self.file} no longer holds {self.old!r}"
        return source.replace(self.old, self.new, 1)


@dataclass(frozen=True)
class StrayImport:
    rule: str  # words of the import rule's name
    file: str
    line: str

    def apply(self, source: str) -> str:
        return f"{source}\n\n{self.line}  # noqa\n"


MESSAGING = "tests/shared/test_messaging.py"
AUDIT = "tests/shared/test_audit.py"
IDENTITY = "tests/shared/test_identity.py"
RFP = "tests/rfp"

RULES = [
    Plant(
        "the inbox",
        "shared/messaging/inbox.py",
        "if handler is None or not first_time(session, event, consumer):",
        "if handler is None:",
        f"{MESSAGING}::test_an_event_that_comes_twice_is_handled_once",
    ),
    Plant(
        "order of a key after a failure",
        "shared/messaging/kafka.py",
        "            broken.add(key)\n        if key",
        "            continue\n        if key",
        f"{MESSAGING}::test_the_relay_marks_what_was_acknowledged_and_sends_the_rest_again_in_order",
    ),
    Plant(
        "events are checked against their schema",
        "shared/messaging/outbox.py",
        "    schemas.validate(event.type, event.data)\n",
        "",
        f"{MESSAGING}::test_data_that_does_not_fit_its_schema_is_never_recorded",
    ),
    Plant(
        "a parked event blocks its key",
        "shared/messaging/relay.py",
        "where(is_pending, ~blocked.exists())",
        "where(is_pending)",
        f"{MESSAGING}::test_what_the_broker_can_never_take_is_parked_and_blocks_its_key",
    ),
    Plant(
        "one relay at a time",
        "shared/messaging/relay.py",
        "if not session.scalar(select(func.pg_try_advisory_xact_lock(RELAY))):",
        "if not select(func.pg_try_advisory_xact_lock(RELAY)).is_select:",
        f"{MESSAGING}::test_only_one_relay_works_at_a_time",
    ),
    Plant(
        "the audit hash covers the action",
        "shared/audit.py",
        '        "action": entry.action,\n',
        "",
        f"{AUDIT}::test_an_update_is_found_at_its_place",
    ),
    Plant(
        "checkpoints are required",
        "shared/audit.py",
        "    faults += [fault for head in checkpoints if",
        "    faults += [fault for head in () if",
        f"{AUDIT}::test_a_chain_rewritten_with_good_hashes_is_found_by_the_checkpoint",
    ),
    Plant(
        "a token is for one service",
        "shared/identity.py",
        '            aud={"essential": True, "value": self.audience},\n',
        "",
        f"{IDENTITY}::test_a_token_for_others_or_too_old_is_nobody",
    ),
    Plant(
        "the deadline",
        "services/rfp/tenders/domain/rfp.py",
        "if self.stage(now) is not Stage.OPEN:",
        "if self.published_at is None:",
        f"{RFP}/test_bids.py",
    ),
    Plant(
        "a receipt is its bidder's",
        "services/rfp/bids/queries/bidding.py",
        "    return select(*RECEIPT).where(bids.c.vendor_id == vendor.vendor_id)",
        "    return select(*RECEIPT)",
        f"{RFP}/test_bids.py",
    ),
    Plant(
        "a contract is its vendor's",
        "services/contracts/agreements/persistence.py",
        "        return contracts.c.organisation_id == actor.vendor_id",
        "        return sa.true()",
        "tests/contracts/test_contracts_api.py",
    ),
    Plant(
        "a metric is its vendor's",
        "services/monitoring/metrics/queries.py",
        "        return metrics.c.organisation_id == actor.vendor_id",
        "        return sa.true()",
        "tests/monitoring/test_api.py",
    ),
    Plant(
        "forms prove that they are ours",
        "shared/web/access.py",
        "            check_csrf(actor)\n",
        "",
        "tests/shared/test_web_access.py",
    ),
    Plant(
        "nobody approves their own plan",
        "services/rfp/plans/domain.py",
        "if approver_id == self.requester_id:",
        "if approver_id is None:",
        f"{RFP}/test_plans.py",
    ),
    Plant(
        "one credit for each evaluation of a window",
        "services/contracts/settlement/persistence.py",
        '    UniqueConstraint("window_id", "revision"),\n',
        "",
        "tests/architecture/test_migrations.py::test_migrations_make_the_tables_that_the_code_describes",
    ),
    Plant(
        "every route names its actor",
        "services/rfp/plans/api.py",
        "@requires(",
        "@(lambda *_: lambda view: view)(",
        "tests/architecture/test_routes.py::test_every_route_names_its_actor",
    ),
    Plant(
        "a GET leaves the database alone",
        "shared/web/access.py",
        "            return view(actor, *args, **kwargs)",
        "            from sqlalchemy import text\n\n"
        "            from shared.web.transactions import transaction\n\n"
        "            with transaction() as s:\n"
        "                s.execute(text('DELETE FROM inbox'))\n"
        "            return view(actor, *args, **kwargs)",
        "tests/monitoring/test_api.py",
    ),
    Plant(
        "modules are short",
        "shared/kernel.py",
        '"""The few words',
        "\n" * 400 + '"""The few words',
        "tests/architecture/test_shape.py::test_modules_are_short",
    ),
    Plant(
        "every member of an enumeration has words",
        "shared/files.py",
        'N_("Not scanned")',
        'N_("Not looked at")',
        "tests/architecture/test_shape.py::"
        "test_every_member_of_an_enumeration_has_words_in_both_languages",
    ),
    Plant(
        "what is handled has a schema",
        "services/contracts/handlers.py",
        '"tandem.rfp.rfp_awarded.v1"',
        '"tandem.rfp.rfp_avarded.v1"',
        "tests/architecture/test_events.py::test_what_is_handled_has_a_schema_and_a_sample",
    ),
    Plant(
        "topics in code and file",
        "deploy/kafka/topics.yaml",
        "  tandem.notices:",
        "  tandem.notice:",
        "tests/architecture/test_events.py::test_code_and_topic_file_name_the_same_topics",
    ),
    Plant(
        "nothing of bids before the opening",
        "services/rfp/event_schemas/tandem.rfp.rfp_published.v1.json",
        '"number": {',
        '"bidder": {',
        "tests/architecture/test_events.py::test_nothing_told_before_the_opening_speaks_of_bids",
    ),
    Plant(
        "the document of events is up to date",
        "docs/events.md",
        "The openers have opened the bids.",
        "Opened.",
        "tests/architecture/test_events.py::test_the_checked_in_documents_are_up_to_date",
    ),
    Plant(
        "subjects hold the same files",
        "tests/architecture/test_shape.py",
        '    "usecases",\n',
        "",
        "tests/architecture/test_shape.py::test_subjects_hold_the_same_files",
    ),
    Plant(
        "nothing is left unfinished",
        "shared/kernel.py",
        '"""The few words',
        '"""TO' + "DO: the few words",
        "tests/architecture/test_shape.py::test_nothing_is_left_unfinished",
    ),
]

IMPORTS = [
    StrayImport("Gateway and services build on shared", "shared/kernel.py", "import services"),
    StrayImport("Services talk over Kafka", "services/rfp/app.py", "import services.contracts.app"),
    StrayImport("Only shared.messaging speaks Kafka", "services/rfp/app.py", "import kafka"),
    StrayImport("Only the gateway and shared.identity", "services/rfp/app.py", "import joserfc"),
    StrayImport("The domain is plain Python", "services/rfp/plans/domain.py", "import sqlalchemy"),
    StrayImport("do not know about HTTP", "services/rfp/plans/usecases.py", "import flask"),
    StrayImport(
        "Pages and APIs reach the database", "services/rfp/plans/api.py", "import sqlalchemy"
    ),
    StrayImport(
        "Inside a subject", "services/rfp/plans/domain.py", "import services.rfp.plans.usecases"
    ),
    StrayImport(
        "Inside rfp", "services/rfp/plans/usecases.py", "import services.rfp.tenders.usecases"
    ),
    StrayImport(
        "Inside contracts",
        "services/contracts/agreements/usecases.py",
        "import services.contracts.settlement.usecases",
    ),
    StrayImport(
        "Inside monitoring",
        "services/monitoring/measurements/usecases.py",
        "import services.monitoring.slas.usecases",
    ),
    StrayImport(
        "Inside notifications",
        "services/notifications/inbox/usecases.py",
        "import services.notifications.channels.usecases",
    ),
    StrayImport("No import cycles", "shared/audit.py", "import shared.messaging.outbox"),
    StrayImport("Inside shared", "shared/db.py", "import shared.web"),
]
