"""How bids are sealed: envelopes in one piece, files in chunks, both padded, both AES-256-GCM.

The first byte of whatever is sealed names the scheme, so that another scheme can come beside it.
An envelope is encrypted under the key of its RFP and bound to its place by a context. Each file has
a key of its own, which lies in the envelope together with the file's name and true size.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel import N_, DomainError

AES_GCM = b"\x01"  # the scheme: AES-256-GCM under a key that the key store holds whole
KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
BUCKETS = (4_096, 16_384, 65_536, 262_144, 1_048_576)
CHUNK = 65_536


class BidTooLarge(DomainError):
    code = "bid_too_large"
    message = N_("A bid may have at most 1 MB of text. Move long parts into a file.")


class Unreadable(DomainError):
    """Not what was sealed: changed, cut, in another place, or sealed under another key."""

    code = "unreadable"
    message = N_("What was sealed can no longer be read.")


class KeyMissing(DomainError):
    code = "key_missing"
    message = N_("The key of these bids is not in its place. Nothing was opened. Tell an operator.")


class KeyStore(Protocol):
    """Keeps 32 bytes per RFP, anywhere but in the database whose dumps they protect."""

    def key(self, rfp_id: UUID) -> bytes:
        """The key of an RFP; made when it is first asked for."""
        ...

    def existing_key(self, rfp_id: UUID) -> bytes:
        """The same to open with: a key that is not there is `KeyMissing`, never made anew."""
        ...

    def destroy(self, rfp_id: UUID) -> bool:
        """For ever. Says whether there was one."""
        ...


@dataclass(frozen=True)
class Sealed:
    """`sha256` is over the whole envelope, `padded_size` what went into it, in bytes."""

    envelope: bytes
    sha256: str
    padded_size: int


def seal(plain: bytes, key: bytes, context: str) -> Sealed:
    """`context` names the place the envelope belongs to: in any other it does not open."""
    padded, nonce = pad(plain), os.urandom(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, padded, AES_GCM + context.encode())
    envelope = AES_GCM + nonce + ciphertext
    return Sealed(envelope, sha256(envelope).hexdigest(), len(padded))


def unseal(envelope: bytes, key: bytes, context: str) -> bytes:
    scheme = envelope[:1]
    if scheme not in UNSEAL:
        raise Unreadable
    return UNSEAL[scheme](envelope, key, context)


def unseal_aes_gcm(envelope: bytes, key: bytes, context: str) -> bytes:
    nonce, ciphertext = envelope[1 : 1 + NONCE_BYTES], envelope[1 + NONCE_BYTES :]
    try:
        padded = AESGCM(key).decrypt(nonce, ciphertext, AES_GCM + context.encode())
    except (InvalidTag, ValueError) as fault:  # ValueError: too short to have a nonce or a tag
        raise Unreadable from fault
    return padded[4 : 4 + int.from_bytes(padded[:4])]


UNSEAL: Mapping[bytes, Callable[[bytes, bytes, str], bytes]] = {AES_GCM: unseal_aes_gcm}


def pad(plain: bytes) -> bytes:
    """Fill up to the next bucket, because an exact size tells something about the content."""
    framed = len(plain).to_bytes(4) + plain
    for bucket in BUCKETS:
        if len(framed) <= bucket:
            return framed.ljust(bucket, b"\0")
    raise BidTooLarge


def new_file_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal_chunks(chunks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Encrypt a file as it arrives. `key` is for this file alone, so that a nonce can be a count.

    Each chunk says its number and whether it is the last one: a chunk that is missing, repeated or
    in another place is found.
    """
    yield AES_GCM
    cipher = AESGCM(key)
    for number, (piece, last) in enumerate(and_last(padded_pieces(chunks))):
        yield cipher.encrypt(chunk_nonce(number, last=last), piece, AES_GCM)


def unseal_chunks(sealed: Iterable[bytes], key: bytes, *, size: int) -> Iterator[bytes]:
    """The `size` bytes of a file, chunk by chunk. At the first fault it stops: `Unreadable`."""
    stream = reblocked(sealed, CHUNK + TAG_BYTES, header=len(AES_GCM))
    if next(stream) != AES_GCM:
        raise Unreadable
    cipher, left = AESGCM(key), size
    for number, (block, last) in enumerate(and_last(stream)):
        try:
            piece = cipher.decrypt(chunk_nonce(number, last=last), block, AES_GCM)
        except (InvalidTag, ValueError) as fault:
            raise Unreadable from fault
        if left:
            yield piece[:left]
        left -= min(left, len(piece))
    if left or not size:
        raise Unreadable


def padded_size(size: int) -> int:
    """What a file of so many bytes is padded to: at most an eighth more, never under 64 KiB."""
    unit = max(CHUNK, 1 << max(0, size.bit_length() - 4))
    return max(1, -(-size // unit)) * unit


def padded_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of 64 KiB, with zeros behind the content up to the padded size."""
    size = 0
    for piece in reblocked(chunks, CHUNK):
        size += len(piece)
        yield piece.ljust(CHUNK, b"\0")
    whole = max(1, -(-size // CHUNK)) if size else 0
    for _ in range(padded_size(size) // CHUNK - whole):
        yield bytes(CHUNK)


def chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1) + (b"\x01" if last else b"\x00")


def reblocked(chunks: Iterable[bytes], size: int, header: int = 0) -> Iterator[bytes]:
    """The same bytes in blocks of `size`, the last one shorter, after a header of its own."""
    buffer, wanted = bytearray(), header or size
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= wanted:
            yield bytes(buffer[:wanted])
            del buffer[:wanted]
            wanted = size
    if buffer or (header and wanted == header):
        yield bytes(buffer)


def and_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last one."""
    waiting = None
    for piece in pieces:
        if waiting is not None:
            yield waiting, False
        waiting = piece
    if waiting is not None:
        yield waiting, True
