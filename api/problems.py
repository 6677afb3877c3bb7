"""Errors as `application/problem+json` (RFC 9457). Exceptions come in, responses with relative type URIs go out."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from monitor.errors import ForewarnedError

MEDIA_TYPE = "application/problem+json"


def problem(request: Request, status: int, title: str, kind: str, detail: str = "", **extra: Any) -> JSONResponse:
    """A problem document for this request."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "instance": str(request.url.path)}
    return JSONResponse(body | ({"detail": detail} if detail else {}) | extra, status_code=status, media_type=MEDIA_TYPE)


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ForewarnedError)
    return problem(request, error.http_status, error.title, _slug(error.title), str(error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"detail": e["msg"], "pointer": "#/" + "/".join(str(part) for part in e["loc"])} for e in error.errors()]
    return problem(request, 422, "Request validation failed", "validation", errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    title = str(error.detail)
    return problem(request, error.status_code, title, _slug(title))


def install_problems(app: FastAPI) -> None:
    """Answer every raised error of ours, of validation and of routing with a problem document."""
    app.add_exception_handler(ForewarnedError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
