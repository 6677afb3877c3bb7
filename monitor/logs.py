"""Log set-up: past-tense events with keys, as text for people or JSON for machines, always on stderr."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog

_HUSHED = ("apscheduler", "alembic", "aiohttp", "asyncio", "uvicorn.access")


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
