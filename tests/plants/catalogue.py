"""Rules of the product: where each stands, what is taken away, and the test that must fail."""

from plants.planting import Plant

CONSUMER, RELAY = "tests/shared/test_consumer.py", "tests/shared/test_relay.py"
AUDIT = "tests/shared/test_audit.py"
BIDS = "tests/rfp/test_bids.py"
CREDITS = "tests/contracts/test_one_credit.py"

RULES = [
    Plant(
        "the inbox",
        "shared/messaging/inbox.py",
        "if handler is None or not first_time(session, event, consumer):",
        "if handler is None:",
        f"{CONSUMER}::test_an_event_that_comes_twice_is_handled_once",
        "Left contains one more item",
    ),
    Plant(
        "only an outage stops a consumer",
        "shared/messaging/consumer.py",
        "if db.is_outage(error):\n                raise\n            require",
        "if isinstance(error, db.OperationalError):\n                raise\n            require",
        f"{CONSUMER}::test_a_database_that_refuses_a_statement_is_not_away",
        "index row requires",
    ),
    Plant(
        "order of a key after a failure",
        "shared/messaging/kafka.py",
        "            broken[key] = error\n        if key",
        "            continue\n        if key",
        f"{RELAY}::test_the_relay_marks_what_was_acknowledged_and_sends_the_rest_again_in_order",
        "assert 3 == 2",
    ),
    Plant(
        "events are checked against their schema",
        "shared/messaging/outbox.py",
        "    schemas.validate(event.type, event.data)\n",
        "",
        f"{RELAY}::test_data_that_does_not_fit_its_schema_is_never_recorded",
        "DID NOT RAISE",
    ),
    Plant(
        "a parked event blocks its key",
        "shared/messaging/relay.py",
        "where(is_pending, ~blocked.exists())",
        "where(is_pending)",
        f"{RELAY}::test_what_the_broker_can_never_take_is_parked_and_blocks_its_key",
        "the second A went past the parked first",
    ),
    Plant(
        "one relay at a time",
        "shared/messaging/relay.py",
        "if not session.scalar(select(func.pg_try_advisory_xact_lock(RELAY))):",
        "if not select(func.pg_try_advisory_xact_lock(RELAY)).is_select:",
        f"{RELAY}::test_only_one_relay_works_at_a_time",
        "assert 1 == 0",
    ),
    Plant(
        "the audit hash covers the action",
        "shared/audit.py",
        '        "action": entry.action,\n',
        "",
        f"{AUDIT}::test_an_update_is_found_at_its_place",
        "IndexError",
    ),
    Plant(
        "checkpoints are required",
        "shared/audit.py",
        "    faults += [fault for head in checkpoints if",
        "    faults += [fault for head in () if",
        f"{AUDIT}::test_a_chain_rewritten_with_good_hashes_is_found_by_the_checkpoint",
        "not what the checkpoint recorded",
    ),
    Plant(
        "a token is for one service",
        "shared/identity.py",
        '            aud={"essential": True, "value": self.audience},\n',
        "",
        "tests/shared/test_identity.py::test_a_token_for_others_or_too_old_is_nobody",
        "is None",
    ),
    Plant(
        "the deadline",
        "services/rfp/tenders/domain/rfp.py",
        "if self.stage(now) is not Stage.OPEN:",
        "if self.published_at is None:",
        f"{BIDS}::TestSubmission::test_the_deadline_is_the_first_moment_that_is_too_late",
        "assert 201 == 409",
    ),
    Plant(
        "a receipt is its bidder's",
        "services/rfp/bids/queries/bidding.py",
        "    return select(*RECEIPT).where(bids.c.vendor_id == vendor.vendor_id)",
        "    return select(*RECEIPT)",
        f"{BIDS}::TestWhoMay::test_a_receipt_is_found_by_its_bidder_alone",
        "assert 200 == 404",
    ),
    Plant(
        "a contract is its vendor's",
        "services/contracts/agreements/persistence.py",
        "        return contracts.c.organisation_id == actor.vendor_id",
        "        return sa.true()",
        "tests/contracts/test_api_who_may_not.py::test_a_foreign_thing_is_not_found",
        "assert 200 == 404",
    ),
    Plant(
        "a metric is its vendor's",
        "services/monitoring/metrics/queries.py",
        "        return metrics.c.organisation_id == actor.vendor_id",
        "        return sa.true()",
        "tests/monitoring/test_api.py::TestMetrics::test_each_sees_their_own",
        "AssertionError: nordwind",
    ),
    Plant(
        "an auditor from outside reads no trail",
        "gateway/audits/pages.py",
        "if not queries.may_read(session, reader):",
        "if queries.may_read(session, reader) is None:",
        "tests/gateway/test_audits_pages.py::test_an_auditor_from_outside_reads_no_trail",
        "assert",
    ),
    Plant(
        "an opening room is its openers'",
        "services/rfp/bids/queries/opening.py",
        "    if not SEE_ALL.isdisjoint(reader.roles):\n",
        "    if reader.roles:\n",
        "tests/rfp/test_opening_pages.py::TestRoom::test_an_opener_of_no_committee_finds_no_room",
        "assert 200 == 404",
    ),
    Plant(
        "a free try waits for no other",
        "gateway/accounts/domain.py",
        "if pause and wait > timedelta(0):",
        "if wait > timedelta(0):",
        "tests/gateway/test_signing_in.py"
        "::test_a_free_try_waits_for_no_other_that_was_counted_first",
        "TryLater",
    ),
    Plant(
        "forms prove that they are ours",
        "shared/web/access.py",
        "            check_csrf(actor)\n",
        "",
        "tests/shared/test_web_access.py::test_a_form_that_is_not_ours_is_refused",
        "== 403",
    ),
    Plant(
        "nobody approves their own plan",
        "services/rfp/plans/domain.py",
        "if approver_id == self.requester_id:",
        "if approver_id is None:",
        "tests/rfp/test_plans.py::TestRules::test_nobody_decides_on_their_own_plan",
        "DID NOT RAISE",
    ),
    Plant(
        "an evaluation that comes again proposes nothing",
        "services/contracts/settlement/usecases.py",
        "if window.revision <= newest_revision(session, window.window_id):",
        "if window.revision < 1:",
        f"{CREDITS}::test_an_evaluation_told_again_later_proposes_nothing",
        "pk_windows",
    ),
    Plant(
        "evaluations of one contract wait for each other",
        "shared/db.py",
        "select(kind).where(*conditions).with_for_update()",
        "select(kind).where(*conditions)",
        f"{CREDITS}::test_an_evaluation_told_eight_times_at_once_proposes_once",
        "pk_windows",
    ),
    Plant(
        "one credit for each evaluation of a window",
        "services/contracts/settlement/persistence.py",
        '    UniqueConstraint("window_id", "revision"),\n',
        "",
        f"{CREDITS}::test_the_table_takes_one_credit_for_an_evaluation",
        "DID NOT RAISE",
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
        "tests/monitoring/test_api.py::TestMetrics::test_a_metric_says_all_terms",
        "writes: DELETE FROM inbox",
    ),
]
