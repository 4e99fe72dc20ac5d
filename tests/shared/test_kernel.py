"""Ids of the kernel."""

import time
import uuid

import pytest

from shared.kernel import uuid7


class TestIds:
    def test_ids_sort_in_the_order_in_which_they_were_made(self) -> None:
        made = [uuid7() for _ in range(1000)]
        assert made == sorted(made)

    def test_an_id_is_of_version_seven_and_tells_its_millisecond(self) -> None:
        before = time.time_ns() // 1_000_000
        made = uuid7()
        assert (made.version, made.variant) == (7, uuid.RFC_4122)
        assert before <= made.int >> 80 <= time.time_ns() // 1_000_000

    def test_ids_of_one_instant_differ(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: 1)
        assert uuid7() != uuid7()
