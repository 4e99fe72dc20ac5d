"""JSON lines on stdout, each with the correlation id of the request or event at work."""

import json
import logging
import sys
import traceback
from contextlib import suppress

import psycopg
from sqlalchemy.exc import StatementError

from shared.telemetry import cause

# structlog loads rich where it finds it, for tracebacks in colour: 80 modules that a process which
# writes JSON never uses. While it is imported, rich is hidden; others find it as before.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]  # makes `import rich` fail
try:
    import structlog
    from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger
finally:
    if sys.modules["rich"] is None:
        del sys.modules["rich"]

get_logger = structlog.get_logger


def add_cause(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if correlation := cause.get().correlationid:
        event["correlation_id"] = correlation
    return event


def without_values(exc_info: ExcInfo) -> str:
    """A traceback in which errors of the database say their kind only.

    Their own texts quote what was to be written: prices of sealed bids, names, addresses.
    """
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(told) < 10:
        told.append("".join(traceback.format_tb(error.__traceback__)) + said(error))
        before = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or before
    return "\nwhich led to\n\n".join(reversed(told))


def said(error: BaseException) -> str:
    if not isinstance(error, (StatementError, psycopg.Error)):
        return "".join(traceback.format_exception_only(error))
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"{type(error).__module__}.{type(error).__name__}, SQLSTATE {state}\n"


encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode


def as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return encode(event)


class Lines(structlog.WriteLogger):
    """Whole lines. What cannot be written is lost: nobody's work fails because a disk is full."""

    complained = False

    def msg(self, message: str) -> None:
        try:
            super().msg(message)
        except (OSError, ValueError) as fault:
            self.complain(fault)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg

    def complain(self, fault: Exception) -> None:
        """Once, where somebody may still read it."""
        if not self.complained:
            self.complained = True
            with suppress(OSError, ValueError, AttributeError):  # there may be no stderr at all
                sys.stderr.write(f"The log cannot be written: {type(fault).__name__}\n")
                sys.stderr.flush()


def configure(process: str, level: str = "INFO") -> None:
    """Call once per process, after the fork.

    Our lines are written at once, those of other libraries through the standard library's logging:
    both as whole lines of one shape.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_cause,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered: list[Processor] = [structlog.processors.ExceptionRenderer(without_values), as_json]
    lines = Lines(sys.stdout)
    structlog.configure(
        processors=[*shared, *rendered],
        logger_factory=lambda *_: lines,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[out], level=level, force=True)
    logging.getLogger("kafka").setLevel(logging.ERROR)  # it tells of every reconnect
    structlog.contextvars.bind_contextvars(process=process)
