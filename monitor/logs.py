"""Log set-up: past-tense events with keys, as text for people or JSON for machines, always on stderr."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal

import structlog

_HUSHED = ("apscheduler", "alembic", "aiohttp", "asyncio", "uvicorn.access")

_SECRET_PATH = re.compile(r"(/unsubscribe/|/confirm/|/api/v1/feeds/|/api/v1/calendars/)[^/?\s]+")


class _WithoutTokens(logging.Filter):
    """Takes the tokens out of the paths that a web server notes: whoever has one needs no other key."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        if isinstance(record.args, tuple):
            record.args = tuple(_SECRET_PATH.sub(r"\1***", part) if isinstance(part, str) else part for part in record.args)
        return True


def hide_tokens() -> None:
    """Keep tokens out of the lines that the web server writes of requests."""
    access = logging.getLogger("uvicorn.access")
    if not any(isinstance(one, _WithoutTokens) for one in access.filters):
        access.addFilter(_WithoutTokens())


def configure_logs(style: Literal["text", "json"]) -> None:
    """Send every log line to stderr in `style`; third-party chatter below WARNING is dropped."""
    renderer: Any = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # The stream is looked up at each line: test runners and daemons swap it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in _HUSHED:
        logging.getLogger(name).setLevel(logging.WARNING)


def log(event: str, **keys: object) -> None:
    """Write one line: a past-tense event and its keys. Never pass a secret."""
    structlog.get_logger().info(event, **keys)


def warn(event: str, **keys: object) -> None:
    """Write one warning line."""
    structlog.get_logger().warning(event, **keys)
