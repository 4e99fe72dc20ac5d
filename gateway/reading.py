"""An answer of a service while it arrives. llhttp reads it; here is what we make of its verdict."""

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

LONGEST_HEAD = 64 * 1024  # what precedes it (1xx) included
SMALL = 256 * 1024  # an answer up to here is read at once, so that a slow client holds no service
NEVER_A_BODY = (204, 304)
SWITCHING_PROTOCOLS = 101


class UpstreamBroken(Exception):
    """It answered what is not HTTP, or hung up."""


class UpstreamSilent(UpstreamBroken):
    """It hung up before a byte of an answer."""


class Reading:
    """Where a body ends is decided here for answers without one, else by llhttp.

    Its strict mode takes no length beside chunks, no two lengths and no folded or bare lines.
    What arrives after the end is dropped, and the connection with it.
    """

    def __init__(self, method: str) -> None:
        self.parser: HttpResponseParser | None = HttpResponseParser(self)
        self.asks_for_no_body = method == "HEAD"
        self.head_size = self.code = 0
        self.fields: list[tuple[bytes, bytes]] = []  # names in small letters
        self.pieces: list[bytes] = []
        self.length: int | None = None  # of the body, where it was announced
        self.has_begun = self.has_head = self.is_whole = False
        self.ends_with_connection = self.may_follow = False

    def feed(self, arrived: bytes) -> None:
        """Take what arrived; nothing means that the service has closed."""
        if not arrived and not self.ends_with_connection:
            raise self.broken()
        if not arrived:
            self.is_whole = True
            return
        self.has_begun = True
        try:
            self.parser.feed_data(arrived)  # type: ignore[union-attr]  # until `forget`
        except (HttpParserError, HttpParserUpgrade) as fault:
            if not self.is_whole:
                raise UpstreamBroken from fault
            self.may_follow = False
        if not self.has_head:
            self.head_size += len(arrived)
            bound_head(self.head_size)

    def broken(self) -> UpstreamBroken:
        return UpstreamBroken() if self.has_begun else UpstreamSilent()

    def taken(self) -> bytes:
        """The body as far as it has arrived since the last time."""
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)

    @property
    def is_small(self) -> bool:
        """Whether it is taken as a whole; what has no announced end may go on for ever."""
        return self.length is not None and self.length <= SMALL

    @property
    def is_due(self) -> bool:
        """Has come as far as somebody waits for: to its end, or, of a long one, to its body."""
        return self.is_whole or (self.has_head and not self.is_small)

    def forget(self) -> None:
        """The parser knows us, and we it: nothing frees such a pair at once."""
        self.parser = None

    def on_message_begin(self) -> None:
        if self.has_head:
            raise UpstreamBroken
        self.fields = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:  # else it is a trailer
            self.fields.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        parser = self.parser
        assert parser
        self.code = parser.get_status_code()
        if self.code == SWITCHING_PROTOCOLS:
            raise UpstreamBroken
        if self.code >= 200:
            self.has_head, self.may_follow = True, parser.should_keep_alive()
            bound_head(sum(len(name) + len(value) + 4 for name, value in self.fields))
            self.frame()

    def frame(self) -> None:
        codings = self.valued(b"transfer-encoding")
        if codings not in ([], [b"chunked"]):
            raise UpstreamBroken
        if self.asks_for_no_body or self.code in NEVER_A_BODY:
            self.length, self.is_whole = 0, True
        elif announced := self.valued(b"content-length"):
            self.length = int(announced[0])
        else:
            self.ends_with_connection = not codings

    def valued(self, name: bytes) -> list[bytes]:
        return [value.lower() for each, value in self.fields if each == name]

    def on_body(self, piece: bytes) -> None:
        if self.is_whole:
            raise UpstreamBroken
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        self.is_whole = self.has_head


def bound_head(size: int) -> None:
    if size > LONGEST_HEAD:
        raise UpstreamBroken
