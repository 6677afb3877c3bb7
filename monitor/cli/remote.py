"""Asks another Forewarned to judge: a `CheckRequest` comes in, its `CheckAnswer` goes out. Only the standard library is used."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from monitor.answers.checks import CheckAnswer, CheckRequest
from monitor.errors import ForewarnedError, UsageError

DEADLINE_S = 30
MOST_BYTES = 64 * 2**20


def ask_server(server: str, request: CheckRequest, as_of: str | None) -> CheckAnswer:
    """The server's verdict; UsageError for an address that is none or a request it refuses, ForewarnedError when it fails."""
    try:
        parts = urlsplit(server)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise UsageError(f"--server {server}: write http://host:8000 or https://host")
    url = f"{server.rstrip('/')}/api/v1/check" + (f"?as_of={quote(as_of)}" if as_of else "")
    body = request.model_dump_json(by_alias=True).encode()
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json", "Accept": "application/json"}, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=DEADLINE_S) as response:  # noqa: S310 - the scheme was checked above
            text = response.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            detail = _detail(error.read(MOST_BYTES))
        kind = UsageError if error.code in (400, 413, 422) else ForewarnedError
        raise kind(f"--server {server}: {error.code} {detail or error.reason}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ForewarnedError(f"--server {server}: cannot be asked: {reason}") from error
    try:
        return CheckAnswer.model_validate_json(text)
    except ValidationError as error:
        raise ForewarnedError(f"--server {server}: its answer is not that of a Forewarned of this version") from error


def _detail(body: bytes) -> str:
    """What a problem document says; empty for anything else."""
    try:
        problem = json.loads(body)
        errors = problem.get("errors") or [{}]
        return str(problem.get("detail") or errors[0].get("detail") or problem.get("title") or "")
    except (ValueError, AttributeError, IndexError):
        return ""
