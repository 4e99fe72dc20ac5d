"""Writes the AsyncAPI document and the table of events from the topics and the schemas.

`python -m shared.messaging.asyncapi` writes `docs/asyncapi.json` and `docs/events.md`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.messaging.envelope import TOPICS, topic_of
from shared.messaging.schemas import ROOT, paths

DOCUMENT = ROOT / "docs" / "asyncapi.json"
TABLE = ROOT / "docs" / "events.md"
MARK = "<!-- generated: the table of events -->"
ATTRIBUTES = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "format": "uuid", "description": "UUIDv7"},
    "ce_source": {"type": "string", "description": "Identity is (source, id)"},
    "ce_subject": {"type": "string", "description": "Id of the aggregate, also the key"},
    "ce_time": {"type": "string", "format": "date-time"},
    "ce_dataschema": {"type": "string"},
    "ce_partitionkey": {"type": "string"},
    "ce_sequence": {"type": "string", "description": "1, 2, 3 … per source, topic and subject"},
    "ce_correlationid": {"type": "string"},
    "ce_causationid": {"type": "string"},
    "ce_traceparent": {"type": "string"},
    "content-type": {"const": "application/json"},
}


def document() -> dict[str, Any]:
    schemas = {event_type: json.loads(path.read_text()) for event_type, path in paths().items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tandem events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka's binary mode. Amounts are decimal strings.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"services": server()},
        "channels": {channel_id(topic): channel(topic, schemas) for topic in TOPICS.values()},
        "operations": {operation_id(name): operation(name) for name in schemas},
        "components": {"messages": {name: message(name, schemas[name]) for name in schemas}},
    }


def server() -> dict[str, Any]:
    return {
        "host": "kafka.internal:9092",
        "protocol": "kafka",
        "description": "The listener of the services: private, SASL in production.",
        "security": [{"type": "scramSha512"}],
    }


def channel(topic: str, schemas: Mapping[str, Any]) -> dict[str, Any]:
    own = [name for name in schemas if topic_of(name) == topic]
    return {
        "address": topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in own},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def operation(event_type: str) -> dict[str, Any]:
    where = f"#/channels/{channel_id(topic_of(event_type))}"
    action = "receive" if topic_of(event_type) == TOPICS["kpi"] else "send"
    return {
        "action": action,
        "channel": {"$ref": where},
        "messages": [{"$ref": f"{where}/messages/{event_type}"}],
    }


def message(event_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"ce_type": {"const": event_type}} | ATTRIBUTES
    return {
        "name": event_type,
        "summary": schema["description"],
        "headers": {"type": "object", "properties": headers, "required": ["ce_type", "ce_id"]},
        "payload": {name: part for name, part in schema.items() if not name.startswith("$")},
    }


def channel_id(topic: str) -> str:
    return topic.replace(".", "_")


def operation_id(event_type: str) -> str:
    return event_type.replace(".", "_")


def table() -> str:
    rows = ["| event type | topic | says | data |", "| --- | --- | --- | --- |"]
    for event_type, path in sorted(paths().items(), key=lambda each: topic_of(each[0])):
        schema = json.loads(path.read_text())
        data = ", ".join(f"`{name}`" for name in schema["properties"])
        topic = topic_of(event_type)
        rows.append(f"| `{event_type}` | `{topic}` | {schema['description']} | {data} |")
    return "\n".join(rows) + "\n"


def events_page(written: str) -> str:
    """The page of events with its table made anew; what stands above the mark is kept."""
    return written.split(MARK)[0] + MARK + "\n" + table()


def as_text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def write(document_path: Path = DOCUMENT, table_path: Path = TABLE) -> None:
    document_path.write_text(as_text())
    table_path.write_text(events_page(table_path.read_text()))


if __name__ == "__main__":
    write()
