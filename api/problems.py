"""Errors as `application/problem+json` (RFC 9457). Exceptions come in, responses with relative type URIs go out."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from monitor.errors import ForewarnedError, KeyMissingError

MEDIA_TYPE = "application/problem+json"
DESCRIBED = {
    "400": "Bad request",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "Not found",
    "413": "Content too large",
    "422": "Request validation failed",
    "500": "Internal error",
    "503": "Store unavailable",
}


class FieldProblem(BaseModel):
    """What is wrong with one part of the request."""

    detail: str
    pointer: str


class Problem(BaseModel):
    """A problem document (RFC 9457); `errors` tells what validation found."""

    type: str
    title: str
    status: int
    instance: str
    detail: str | None = None
    errors: list[FieldProblem] | None = None


def problem(request: Request, status: int, title: str, kind: str, detail: str = "", **extra: Any) -> JSONResponse:
    """A problem document for this request."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "instance": str(request.url.path)}
    return JSONResponse(body | ({"detail": detail} if detail else {}) | extra, status_code=status, media_type=MEDIA_TYPE)


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ForewarnedError)
    answer = problem(request, error.http_status, error.title, _slug(error.title), str(error))
    if isinstance(error, KeyMissingError):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"detail": e["msg"], "pointer": "#/" + "/".join(str(part) for part in e["loc"])} for e in error.errors()]
    return problem(request, 422, "Request validation failed", "validation", errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    title = str(error.detail)
    answer = problem(request, error.status_code, title, _slug(title))
    answer.headers.update(error.headers or {})
    return answer


async def _bug(request: Request, _error: Exception) -> JSONResponse:
    """For the caller; the server raises the error again for its log."""
    return problem(request, 500, "Internal error", "internal-error", "the request failed by an error of this service; its log says more")


def install_problems(app: FastAPI) -> None:
    """Answer every raised error of ours, of validation and of routing with a problem document."""
    app.add_exception_handler(ForewarnedError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
    made = app.openapi
    app.openapi = lambda: _described(made())  # type: ignore[method-assign]


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with problem documents where the framework, by default, describes errors it never sends."""
    shapes = schema["components"]["schemas"]
    for unsent in ("HTTPValidationError", "ValidationError"):
        shapes.pop(unsent, None)
    plain = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes |= plain.pop("$defs") | {"Problem": plain}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in schema["paths"].values():
        for operation in path.values():
            likely = set(DESCRIBED if operation.get("parameters") or "requestBody" in operation else {"500", "503"})
            likely -= set() if "requestBody" in operation else {"413"}
            likely -= set() if "security" in operation else {"401", "403"}
            operation["responses"] |= {status: {"description": DESCRIBED[status], "content": content} for status in sorted(likely)}
    return schema
