"""Events join the services: what is handled is produced, sampled, documented."""

import json
import re
from ast import Call, Constant, expr, parse, walk
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest
import yaml
from support.catalogues import translated
from support.settings import SERVICES

from services.notifications.inbox.domain import WORDS
from shared.messaging import asyncapi
from shared.messaging.envelope import TOPICS, topic_of
from shared.messaging.schemas import ROOT, paths, validate

SAMPLES = {path.stem: path for path in (ROOT / "tests/event_samples").glob("*.json")}
PACKAGES = [*(f"services.{name}" for name in SERVICES), "gateway"]
# Everything that rfp may say, apart by whether the seals still hold when it does.
BEFORE_OPENING = {
    "tandem.rfp.rfp_published.v1",
    "tandem.rfp.rfp_cancelled.v1",
    "tandem.vendors.vendor_admitted.v1",
}
AFTER_OPENING = {
    "tandem.rfp.bids_opened.v1",
    "tandem.rfp.rfp_awarded.v1",
    "tandem.rfp.rfp_unsuccessful.v1",  # or there was no bid, and none can come
}
NOTICES_BEFORE_OPENING = {
    "plan_submitted",
    "plan_approved",
    "plan_sent_back",
    "plan_to_tender",
    "plan_tendered",
    "vendor_admitted",
    "rfp_published",
    "question_asked",
    "question_answered",
    "bids_closed",
    "rfp_cancelled",
    "opening_due",
    "tender_closed",
    "committee_joined",
    "committee_left",
}
NOTICES_AFTER_OPENING = {
    "bids_opened",
    "bids_unreadable",
    "committee_left_scored",
    "committee_left_unscored",
    "scores_due",
    "evaluation_begun",
    "evaluation_complete",
    "rfp_unsuccessful",
    "lot_unsuccessful",
    "award_declined",
    "award_won",
    "award_lost",
    "award_without",
    "plan_awarded",
    "contract_begun",
}
NEUTRAL = {"number", "title"}  # what such a notice may name: the thing itself
OF_PLANS = {"plan_sent_back": {"reason"}}  # while no RFP of the plan can exist
MADE_ELSEWHERE = {
    "tandem.kpi.measurement_taken.v1",  # by partners
    "tandem.identity.person_erased.v1",  # understood everywhere before anybody can be erased
}
SEALED = re.compile(r"vendor|organisation|bidder|price|amount|value|count|file|sha256", re.I)


def handlers(package: str) -> dict[str, object]:
    return dict(import_module(f"{package}.handlers").HANDLERS)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_handled_has_a_schema_and_a_sample(package: str) -> None:
    assert set(handlers(package)) <= set(paths()) & set(SAMPLES)


def test_every_type_is_recorded_by_its_owner() -> None:
    unsaid = {
        name
        for name, schema in paths().items()
        if name not in MADE_ELSEWHERE and not said_by(schema.parents[1], name)
    }
    assert unsaid == set()


def said_by(owner: Path, name: str) -> bool:
    """In what publishes, by its whole name or by the part that tells what happened."""
    publishing = [*owner.rglob("events.py"), *owner.glob("*.py")]
    text = "\n".join(path.read_text() for path in publishing if path.stem != "handlers")
    return any(f'"{word}"' in text for word in (name, name.split(".")[2]))


@pytest.mark.parametrize("package", PACKAGES)
def test_consumers_read_topics_that_list_them_as_readers(package: str) -> None:
    listed = yaml.safe_load((ROOT / "deploy/kafka/topics.yaml").read_text())["topics"]
    service = package.split(".")[-1]
    for event_type in handlers(package):
        readers = listed[topic_of(event_type)].get("readers", [])
        assert service in readers, f"{topic_of(event_type)} needs a dead-letter topic for {service}"


def test_code_and_topic_file_name_the_same_topics() -> None:
    listed = yaml.safe_load((ROOT / "deploy/kafka/topics.yaml").read_text())["topics"]
    assert set(listed) == set(TOPICS.values())


def test_the_checked_in_documents_are_up_to_date() -> None:
    assert asyncapi.DOCUMENT.read_text() == asyncapi.as_text()
    written = asyncapi.TABLE.read_text()
    assert written == asyncapi.events_page(written)


def test_every_sample_fits_its_schema_and_every_schema_has_a_sample() -> None:
    samples = {path.stem: path for path in Path("tests/event_samples").glob("*.json")}
    assert set(samples) == set(paths())
    for event_type, path in samples.items():
        validate(event_type, json.loads(path.read_text()))


def test_the_asyncapi_document_is_valid() -> None:
    found = ROOT / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
    if not found.exists():
        pytest.fail("run `make assets` first: the schema of AsyncAPI comes from npm")
    schema = json.loads(found.read_text())
    jsonschema.Draft7Validator(schema).validate(asyncapi.document())


def test_whatever_rfp_says_is_said_before_the_opening_or_after_it() -> None:
    """A new type or template is sorted in here before it is first told."""
    types = {name for name, path in paths().items() if path.parents[1].name == "rfp"}
    assert types == BEFORE_OPENING | AFTER_OPENING
    assert templates("rfp") == NOTICES_BEFORE_OPENING | NOTICES_AFTER_OPENING


@pytest.mark.parametrize("event_type", sorted(BEFORE_OPENING))
def test_nothing_told_before_the_opening_speaks_of_bids(event_type: str) -> None:
    """Of vendors in general speaks only their admission, which no RFP is named in."""
    schema = json.loads(paths()[event_type].read_text())
    said = {*all_names(schema), *keys_of(json.loads(SAMPLES[event_type].read_text()))}
    allowed = {"organisation_id"} if event_type.startswith("tandem.vendors") else set()
    assert {name for name in said - allowed if SEALED.search(name)} == set()
    assert not allowed or not {name for name in said if "rfp" in name or "lot" in name}


@pytest.mark.parametrize("template", sorted(NOTICES_BEFORE_OPENING))
def test_no_notice_before_the_opening_says_that_somebody_has_bid(template: str) -> None:
    words = " ".join(WORDS[template])
    assert set(re.findall(r"%\((\w+)\)", words)) <= NEUTRAL | OF_PLANS.get(template, set())
    assert not re.search(r"\b(your|a|the) bid\b|\breceived\b", words, re.I)


def test_the_sample_of_a_notice_is_one_that_may_be_told_before_the_opening() -> None:
    sample = json.loads(SAMPLES["tandem.notices.notice_raised.v1"].read_text())
    assert sample["template"] in NOTICES_BEFORE_OPENING and set(sample["params"]) <= NEUTRAL
    assert sample["subject"]["type"] != "bid" and "/bids" not in sample["path"]


def keys_of(value: object) -> list[str]:
    if isinstance(value, list):
        return [name for each in value for name in keys_of(each)]
    if not isinstance(value, dict):
        return []
    return [*value, *(name for each in value.values() for name in keys_of(each))]


def test_names_and_addresses_travel_on_one_topic_only() -> None:
    for event_type, path in paths().items():
        personal = {"email", "phone", "name"} & set(json.loads(path.read_text())["properties"])
        assert not personal or topic_of(event_type) == TOPICS["identity"], event_type


def all_names(schema: object) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in all_names(each)]
    if not isinstance(schema, dict):
        return []
    own = list(schema.get("properties", {}))
    return own + [name for value in schema.values() for name in all_names(value)]


def test_every_notice_has_words_in_both_languages() -> None:
    raised, chinese = templates(), translated()
    assert len(raised) > 20
    assert raised - set(WORDS) == set()
    unsaid = [name for name in WORDS if not all(chinese.get(text) for text in WORDS[name])]
    assert unsaid == []


def templates(*names: str) -> set[str]:
    """What services hand to `notify` and to what stands before it."""
    homes = [ROOT / "services" / name for name in names or SERVICES]
    files = [path for home in homes for path in home.rglob("*.py")]
    calls = [call for path in files for call in notifying(path)]
    said = [each for call in calls for each in (*call.args, *named(call, "template"))]
    return {each.value for each in said if isinstance(each, Constant) and is_word(each.value)}


def notifying(path: Path) -> Iterator[Call]:
    for node in walk(parse(path.read_text())):
        if isinstance(node, Call) and re.match(r"notify|tell|remind", called(node)):
            yield node


def called(call: Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def named(call: Call, name: str) -> list[expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg == name]


def is_word(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z]+(_[a-z]+)+", value))
