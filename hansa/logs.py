"""Log lines: structured, one set-up for our own and for libraries', each with the request it belongs to.

Who serves a request binds `request_id`, `client_id` and `operation` with `structlog.contextvars.bind_contextvars`.
The domain does not log: it returns, raises, or writes to the outbox.
"""

from __future__ import annotations

import logging
import logging.config
import sys
from typing import TYPE_CHECKING, Any, Literal

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

# A line is no longer than this, however much a caller sent us.
LONGEST = 2_000

# Values of these names are replaced, whoever logs them.
SECRETS = frozenset(
    {"authorization", "client_secret", "cookie", "dpop", "password", "refresh_token", "secret", "token"},
)


def configure(log_format: Literal["console", "json"], level: str) -> None:
    """Set up logging, once, for the whole process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
        shorten,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if log_format == "json":
        last += [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    else:
        last += [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    logging.config.dictConfig(_handlers(shared, last, level.upper()))


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what must never be written down."""
    return {name: "[hidden]" if name.lower() in SECRETS else value for name, value in event.items()}


def shorten(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Bound every text, so that nobody fills the disk by asking nonsense."""
    return {name: _bounded(value) for name, value in event.items()}


def _bounded(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}… ({len(value)} characters)"
    return value


def _handlers(shared: list[Processor], last: list[Processor], level: str) -> dict[str, Any]:
    formatter = {"()": structlog.stdlib.ProcessorFormatter, "foreign_pre_chain": shared, "processors": last}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # It would write each request once more, with its address and so with what is in it.
            "uvicorn.access": {"level": "WARNING"},
            # It tells at each start what it takes for granted.
            "alembic": {"level": "WARNING"},
        },
    }
