"""sealing/domain: the format, worked out by hand. What was sealed once has to open for years."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.rfp.sealing.domain import (
    CHUNK,
    Unreadable,
    chunk_nonce,
    padded_size,
    seal,
    seal_chunks,
    unseal,
    unseal_chunks,
)

KEY, PLACE = bytes(range(32)), "bid|lot|vendor|1"
SCHEME = b"\x01"
MIDDLE, LAST = b"\x00", b"\x01"


def by_hand(content: bytes, *, ends: list[bytes]) -> Iterator[bytes]:
    """A file as the format says: a count of 11 bytes and a mark of the last chunk as the nonce."""
    yield SCHEME
    for number, end in enumerate(ends):
        piece = content[number * CHUNK : (number + 1) * CHUNK].ljust(CHUNK, b"\0")
        yield AESGCM(KEY).encrypt(number.to_bytes(11, "big") + end, piece, SCHEME)


def test_a_file_is_sealed_as_the_format_says() -> None:
    content = b"x" * CHUNK + b"yz"
    sealed = list(by_hand(content, ends=[MIDDLE, LAST]))
    assert list(seal_chunks([content], KEY)) == sealed
    assert b"".join(unseal_chunks(sealed, KEY, size=len(content))) == content


@pytest.mark.parametrize("ends", [[MIDDLE, MIDDLE], [LAST, LAST], [LAST, MIDDLE]])
def test_only_the_last_chunk_is_marked_as_such(ends: list[bytes]) -> None:
    content = b"x" * CHUNK + b"yz"
    with pytest.raises(Unreadable):
        b"".join(unseal_chunks(by_hand(content, ends=ends), KEY, size=len(content)))


def test_a_file_cut_behind_a_chunk_is_found_even_if_its_size_fits() -> None:
    content = b"x" * (2 * CHUNK)
    whole = list(seal_chunks([content], KEY))
    with pytest.raises(Unreadable):
        b"".join(unseal_chunks(whole[:-1], KEY, size=CHUNK))


def test_no_two_chunks_have_the_same_nonce_and_each_has_twelve_bytes() -> None:
    nonces = {chunk_nonce(n, last=last) for n in (0, 1, 255, 256, 2**32) for last in (True, False)}
    assert len(nonces) == 10 and {len(nonce) for nonce in nonces} == {12}


def test_an_envelope_is_sealed_as_the_format_says() -> None:
    sealed = seal("报价".encode(), KEY, PLACE)
    nonce, ciphertext = sealed.envelope[1:13], sealed.envelope[13:]
    padded = AESGCM(KEY).decrypt(nonce, ciphertext, SCHEME + PLACE.encode())
    assert padded == b"\0\0\0\x06" + "报价".encode() + bytes(4096 - 10)
    other = SCHEME + nonce + AESGCM(KEY).encrypt(nonce, padded, SCHEME + PLACE.encode())
    assert unseal(other, KEY, PLACE) == "报价".encode()


@pytest.mark.parametrize("exponent", range(17, 34))
def test_a_file_a_byte_over_a_power_of_two_grows_by_an_eighth(exponent: int) -> None:
    whole = 2**exponent
    assert padded_size(whole) == whole
    assert padded_size(whole + 1) == whole + max(whole // 8, CHUNK)


@pytest.mark.parametrize(("size", "chunks"), [(0, 1), (1, 1), (16 * CHUNK, 16), (17 * CHUNK, 18)])
def test_an_empty_file_looks_like_a_small_one_and_a_full_one_does_not_grow(
    size: int, chunks: int
) -> None:
    sealed = list(seal_chunks([bytes(size)] if size else [], KEY))
    assert [len(chunk) for chunk in sealed] == [1] + [CHUNK + 16] * chunks
