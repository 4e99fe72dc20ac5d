"""What is said of events, broken, one for each test of tests/architecture/test_events.py."""

from plants.planting import Plant

EVENTS = "tests/architecture/test_events.py"
TOPICS = "deploy/kafka/topics.yaml"
SCHEMAS = "services/rfp/event_schemas/tandem.rfp"

EVENT_RULES = [
    Plant(
        "what is handled has a schema",
        "services/contracts/handlers.py",
        '"tandem.rfp.rfp_awarded.v1"',
        '"tandem.rfp.rfp_avarded.v1"',
        f"{EVENTS}::test_what_is_handled_has_a_schema_and_a_sample",
        "rfp_avarded",
    ),
    Plant(
        "every type is recorded",
        "services/rfp/tenders/events.py",
        '"tandem.rfp.rfp_published.v1"',
        '"tandem.rfp.rfp_withdrawn.v1"',
        f"{EVENTS}::test_every_type_is_recorded_by_its_owner",
        "rfp_published",
    ),
    Plant(
        "what rfp says is sorted in",
        "services/rfp/plans/usecases.py",
        'tell(session, plan, "plan_approved"',
        'tell(session, plan, "plan_judged"',
        f"{EVENTS}::test_whatever_rfp_says_is_said_before_the_opening_or_after_it",
        "plan_judged",
    ),
    Plant(
        "no notice says that somebody has bid",
        "services/notifications/inbox/domain/templates.py",
        "takes no more. The page has the receipts, if you sent any.",
        "takes no more. The page has the receipt of your bid.",
        f"{EVENTS}::test_no_notice_before_the_opening_says_that_somebody_has_bid",
        "bids_closed",
    ),
    Plant(
        "the sample of a notice is neutral",
        "tests/event_samples/tandem.notices.notice_raised.v1.json",
        '"template": "rfp_published"',
        '"template": "award_won"',
        f"{EVENTS}::test_the_sample_of_a_notice_is_one_that_may_be_told_before_the_opening",
        "award_won",
    ),
    Plant(
        "readers of a topic are listed",
        TOPICS,
        "readers: [contracts, rfp]",
        "readers: [rfp]",
        f"{EVENTS}::test_consumers_read_topics_that_list_them_as_readers",
        "needs a dead-letter topic for contracts",
    ),
    Plant(
        "topics in code and file",
        TOPICS,
        "  tandem.notices:",
        "  tandem.notice:",
        f"{EVENTS}::test_code_and_topic_file_name_the_same_topics",
        "tandem.notice'",
    ),
    Plant(
        "the document of events is up to date",
        "docs/events.md",
        "The openers have opened the bids.",
        "Opened.",
        f"{EVENTS}::test_the_checked_in_documents_are_up_to_date",
        "Opened.",
    ),
    Plant(
        "every sample fits its schema",
        f"{SCHEMAS}.rfp_awarded.v1.json",
        '"required": [',
        '"required": ["unheard_of", ',
        f"{EVENTS}::test_every_sample_fits_its_schema_and_every_schema_has_a_sample",
        "InvalidData",
    ),
    Plant(
        "the AsyncAPI document is valid",
        "shared/messaging/asyncapi.py",
        '"asyncapi": "3.0.0"',
        '"asyncapi": "three"',
        f"{EVENTS}::test_the_asyncapi_document_is_valid",
        "'three'",
    ),
    Plant(
        "nothing of bids before the opening",
        f"{SCHEMAS}.rfp_published.v1.json",
        '"number": {',
        '"bidder": {',
        f"{EVENTS}::test_nothing_told_before_the_opening_speaks_of_bids",
        "bidder",
    ),
    Plant(
        "names and addresses travel on one topic",
        f"{SCHEMAS}.rfp_awarded.v1.json",
        '"number": {',
        '"email": {',
        f"{EVENTS}::test_names_and_addresses_travel_on_one_topic_only",
        "AssertionError: tandem.rfp.rfp_awarded.v1",
    ),
    Plant(
        "every notice has words",
        "services/notifications/inbox/domain/templates.py",
        '    "scores_due": Words(',
        '    "scores_wanted": Words(',
        f"{EVENTS}::test_every_notice_has_words_in_both_languages",
        "scores_due",
    ),
]
