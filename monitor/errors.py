"""The error tree: what can go wrong that is not a bug. Nothing comes in; exceptions go out.

    ForewarnedError                 exit 70 / HTTP 500
    ├── UsageError                  exit 2  / HTTP 400   the caller asked for something impossible
    │   ├── ConfigError             exit 2  / HTTP 500   settings, feeds.yaml, inventory.yaml, data files
    │   └── CursorError             exit 2  / HTTP 400   a paging cursor that this service did not give out
    ├── KeyMissingError             exit 2  / HTTP 401   no key, or none that this service knows
    ├── ReadOnlyError               exit 2  / HTTP 403   nobody was given a key to decide over HTTP
    ├── NotFoundError               exit 3  / HTTP 404   provider, event, document, source, recipient
    ├── StoreError                  exit 70 / HTTP 503   the database is missing, locked, full or of another version
    └── DeliveryError               exit 70 / HTTP 502   a mail could not be handed over

What is wrong with one feed is not an exception but a value: `monitor.model.FetchFailure` with a reason code.
Status and exit code are class attributes, always read through the instance.
"""

from __future__ import annotations

from pathlib import Path


class ForewarnedError(Exception):
    """Base of every error this product raises on purpose; its text names the thing that failed and what to do."""

    http_status: int = 500
    exit_code: int = 70
    title: str = "Internal error"


class UsageError(ForewarnedError):
    """The request itself cannot be answered, whatever the data."""

    http_status = 400
    exit_code = 2
    title = "Bad request"


class ConfigError(UsageError):
    """A setting or a file the operator wrote is wrong; carries where (file and line) when known."""

    http_status = 500
    title = "Configuration error"

    def __init__(self, message: str, *, file: Path | str | None = None, line: int | None = None) -> None:
        self.file = str(file) if file is not None else None
        self.line = line
        where = f"{self.file}:{line}: " if self.file and line else f"{self.file}: " if self.file else ""
        super().__init__(where + message)


class CursorError(UsageError):
    """A paging cursor that is damaged or was not given out by this service."""

    title = "Bad cursor"


class KeyMissingError(ForewarnedError):
    """The caller did not say who it is, with a key that this service knows."""

    http_status = 401
    exit_code = 2
    title = "Unauthorized"


class ReadOnlyError(ForewarnedError):
    """This service takes nothing in, because no key was given out."""

    http_status = 403
    exit_code = 2
    title = "Forbidden"


class NotFoundError(ForewarnedError):
    """Nothing is known under that id."""

    http_status = 404
    exit_code = 3
    title = "Not found"

    def __init__(self, kind: str, key: str, hint: str = "") -> None:
        self.kind, self.key = kind, key
        super().__init__(f"no {kind} called {key!r}" + (f"; {hint}" if hint else ""))


class StoreError(ForewarnedError):
    """The database cannot be used; the text says which and what to do."""

    http_status = 503
    title = "Store unavailable"


class DeliveryError(ForewarnedError):
    """A mail or message could not be handed over; `reason` is one of the documented codes."""

    http_status = 502
    title = "Delivery failed"

    def __init__(self, message: str, *, reason: str) -> None:
        self.reason = reason
        super().__init__(message)
