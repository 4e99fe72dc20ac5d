"""What topics.yaml says, as Kafka is told."""

from deploy.kafka.topics import specs
from shared.messaging.topics import TopicSpec

DAY_MS = 24 * 3600 * 1000


def by_name(replicas: int = 1) -> dict[str, TopicSpec]:
    return {spec.name: spec for spec in specs(replicas=replicas)}


def test_events_are_kept_a_fortnight_in_twelve_partitions() -> None:
    spec = by_name()["tandem.rfp.events"]
    assert spec.partitions == 12
    assert spec.settings == {"retention.ms": str(14 * DAY_MS)}


def test_the_directory_is_compacted_and_never_expires() -> None:
    assert by_name()["tandem.identity.events"].settings == {"cleanup.policy": "compact"}


def test_each_reader_has_its_dead_letters_for_thirty_days() -> None:
    found = by_name()
    names = {name for name in found if name.startswith("tandem.rfp.events.dlq.")}
    assert names == {"tandem.rfp.events.dlq.contracts", "tandem.rfp.events.dlq.monitoring"}
    for name in names:
        assert found[name].settings == {"retention.ms": str(30 * DAY_MS)}


def test_a_cluster_keeps_copies_and_takes_nothing_with_one_alone() -> None:
    spec = by_name(replicas=3)["tandem.contracts.events"]
    assert spec.replicas == 3
    assert spec.settings["min.insync.replicas"] == "2"
