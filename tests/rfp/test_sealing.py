import os
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from support.actors import an_id

from services.rfp.sealing.domain import (
    AES_GCM,
    BUCKETS,
    CHUNK,
    TAG_BYTES,
    BidTooLarge,
    KeyMissing,
    Unreadable,
    new_file_key,
    padded_size,
    seal,
    seal_chunks,
    unseal,
    unseal_chunks,
)
from services.rfp.sealing.persistence import KeyFolder

RFP = an_id("rfp")
KEY = bytes(range(32))
PLACE = "bid|lot|vendor|1"


class TestEnvelope:
    def test_what_was_sealed_comes_back_in_its_own_place_only(self) -> None:
        sealed = seal(b"CNY 987654.32", KEY, PLACE)
        assert unseal(sealed.envelope, KEY, PLACE) == b"CNY 987654.32"
        for place in ("bid|lot|vendor|2", "bid|lot|rival|1", "draft|lot|vendor|1", ""):
            with pytest.raises(Unreadable):
                unseal(sealed.envelope, KEY, place)

    def test_the_first_byte_names_the_scheme(self) -> None:
        envelope = seal(b"x", KEY, PLACE).envelope
        assert envelope[0] == 1
        for scheme in (0, 2, 255):
            with pytest.raises(Unreadable):
                unseal(bytes([scheme]) + envelope[1:], KEY, PLACE)

    def test_another_key_does_not_open_it(self) -> None:
        with pytest.raises(Unreadable):
            unseal(seal(b"x", KEY, PLACE).envelope, bytes(32), PLACE)

    @pytest.mark.parametrize("position", [0, 1, 12, 13, 2000, -1])
    def test_a_changed_bit_is_found(self, position: int) -> None:
        envelope = bytearray(seal(b"x", KEY, PLACE).envelope)
        envelope[position] ^= 1
        with pytest.raises(Unreadable):
            unseal(bytes(envelope), KEY, PLACE)

    @pytest.mark.parametrize("length", [0, 1, 5, 13, 20, 4000])
    def test_a_cut_envelope_is_found(self, length: int) -> None:
        with pytest.raises(Unreadable):
            unseal(seal(b"x", KEY, PLACE).envelope[:length], KEY, PLACE)

    def test_the_fingerprint_is_over_the_whole_envelope(self) -> None:
        sealed = seal(b"x", KEY, PLACE)
        assert sealed.sha256 == sha256(sealed.envelope).hexdigest()

    def test_the_same_content_never_looks_the_same(self) -> None:
        assert seal(b"x", KEY, PLACE).sha256 != seal(b"x", KEY, PLACE).sha256

    def test_sizes_come_in_buckets(self) -> None:
        small, larger = seal(b"", KEY, PLACE), seal(bytes(4092), KEY, PLACE)
        assert small.padded_size == larger.padded_size == 4096
        assert len(small.envelope) == len(larger.envelope) == 1 + 12 + 4096 + 16
        assert seal(bytes(4093), KEY, PLACE).padded_size == 16_384
        assert seal(bytes(BUCKETS[-1] - 4), KEY, PLACE).padded_size == BUCKETS[-1]
        with pytest.raises(BidTooLarge):
            seal(bytes(BUCKETS[-1] - 3), KEY, PLACE)


def in_parts(content: bytes, size: int = 10_000) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def blocks(sealed: bytes) -> list[bytes]:
    return [*in_parts(sealed[1:], CHUNK + TAG_BYTES)]


class TestFile:
    content = os.urandom(3 * CHUNK + 17)
    key = new_file_key()

    @pytest.fixture
    def sealed(self) -> bytes:
        return b"".join(seal_chunks(in_parts(self.content), self.key))

    def read(self, sealed: bytes, size: int | None = None) -> bytes:
        whole = len(self.content) if size is None else size
        return b"".join(unseal_chunks(in_parts(sealed, 777), self.key, size=whole))

    @pytest.mark.parametrize(
        "size", [1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 20 * CHUNK + 1]
    )
    def test_a_file_comes_back_as_it_was(self, size: int) -> None:
        content = os.urandom(size)
        sealed = b"".join(seal_chunks(in_parts(content), self.key))
        assert self.read(sealed, size) == content
        assert len(blocks(sealed)) == padded_size(size) // CHUNK
        assert content[:8] not in sealed or size < 8

    def test_a_file_that_lost_its_end_is_found(self, sealed: bytes) -> None:
        for kept in (0, 1, 2, 100, 1 + CHUNK + TAG_BYTES, len(sealed) - CHUNK - TAG_BYTES,
                     len(sealed) - 1):  # fmt: skip
            with pytest.raises(Unreadable):
                self.read(sealed[:kept])

    def test_chunks_that_changed_places_or_were_repeated_or_left_out_are_found(
        self, sealed: bytes
    ) -> None:
        a, b, *rest = blocks(sealed)
        for order in ([b, a, *rest], [a, a, b, *rest], [a, *rest], [a, b, *rest, rest[-1]]):
            with pytest.raises(Unreadable):
                self.read(AES_GCM + b"".join(order))

    def test_a_changed_bit_is_found(self, sealed: bytes) -> None:
        for position in (0, 1, 70_000, len(sealed) - 1):
            changed = bytearray(sealed)
            changed[position] ^= 1
            with pytest.raises(Unreadable):
                self.read(bytes(changed))

    def test_the_key_of_another_file_does_not_open_it(self, sealed: bytes) -> None:
        with pytest.raises(Unreadable):
            b"".join(unseal_chunks([sealed], new_file_key(), size=len(self.content)))

    def test_a_size_that_cannot_be_is_refused(self, sealed: bytes) -> None:
        for size in (0, len(sealed)):
            with pytest.raises(Unreadable):
                self.read(sealed, size)

    def test_sizes_are_padded_by_at_most_an_eighth(self) -> None:
        assert {padded_size(n) for n in range(0, CHUNK + 1, 999)} == {CHUNK}
        for size in (CHUNK + 1, 10**6, 10**7 + 3, 50 * 2**20):
            assert size <= padded_size(size) <= max(size * 9 / 8, size + CHUNK)
            assert padded_size(size) % CHUNK == 0
        assert len({padded_size(n) for n in range(32 * 2**20, 64 * 2**20, 1_000_003)}) <= 9

    def test_only_a_few_chunks_are_ever_held_in_memory(self) -> None:
        taken = 0

        def endless() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield bytes(CHUNK)

        stream = seal_chunks(endless(), self.key)
        for _ in range(20):
            next(stream)
        assert taken <= 22


class TestKeyFolder:
    def test_a_key_is_made_once_and_only_we_can_read_it(self, tmp_path: Path) -> None:
        folder = tmp_path / "keys" / "rfp"
        key = KeyFolder(folder).key(RFP)
        assert len(key) == 32 and KeyFolder(folder).key(RFP) == key
        assert KeyFolder(folder).existing_key(RFP) == key != KeyFolder(folder).key(an_id("other"))
        assert (folder / str(RFP)).stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.name for path in folder.iterdir()} == {str(RFP), str(an_id("other"))}

    def test_a_key_to_open_with_is_never_made(self, tmp_path: Path) -> None:
        with pytest.raises(KeyMissing):
            KeyFolder(tmp_path).existing_key(RFP)
        (tmp_path / str(RFP)).write_bytes(b"half")
        with pytest.raises(KeyMissing):
            KeyFolder(tmp_path).key(RFP)

    def test_whoever_asks_at_the_same_time_gets_the_same_key(self, tmp_path: Path) -> None:
        start, keys = threading.Barrier(8), []

        def ask() -> None:
            start.wait()
            keys.append(KeyFolder(tmp_path).key(RFP))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(keys) == 8 and len(set(keys)) == 1
