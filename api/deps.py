"""What routes ask for, as annotated aliases: the reader of the store, who decides, the asked instant, paging."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from monitor.answers.reader import Reader
from monitor.errors import KeyMissingError, ReadOnlyError

_KEY = HTTPBearer(auto_error=False, scheme_name="editor", description="A key that `forewarned token NAME` gave out.")


def _reader(request: Request) -> Reader:
    reader: Reader = request.app.state.reader
    return reader


ReaderDep = Annotated[Reader, Depends(_reader)]


def _editor(request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_KEY)]) -> str:
    """Who the key was given to; only the digests of keys are known here."""
    editors: dict[str, str] = request.app.state.settings.editors
    if not editors:
        raise ReadOnlyError("nobody may record decisions over HTTP: FOREWARNED_EDITOR_KEYS names no key; see `forewarned token --help`")
    given = sha256(bearer.credentials.encode()).hexdigest() if bearer else ""
    for digest, name in editors.items():
        if compare_digest(digest, given):
            return name
    raise KeyMissingError("send `Authorization: Bearer KEY` with a key that `forewarned token` gave out")


EditorDep = Annotated[str, Depends(_editor)]


def _as_of(
    reader: ReaderDep,
    as_of: Annotated[str | None, Query(max_length=40, description="An instant, or a day (its end, UTC); default: now.")] = None,
) -> datetime:
    return reader.instant(as_of)


AsOfDep = Annotated[datetime, Depends(_as_of)]


def _since(reader: ReaderDep, since: Annotated[str, Query(max_length=40, description="An instant, or a day (its end, UTC).")]) -> datetime:
    return reader.instant(since)


SinceDep = Annotated[datetime, Depends(_since)]
PlaceQuery = Annotated[str | None, Query(alias="in", pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code, or EU.")]
PlacesQuery = Annotated[list[str], Query(alias="in")]
ProviderPath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
ProviderQuery = Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
SourcePath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
SourceQuery = Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
DocumentPath = Annotated[str, Path(pattern=r"^doc_[0-9a-f]{16}$")]
EventPath = Annotated[str, Path(pattern=r"^evt_[0-9a-f]{16}$")]
LimitQuery = Annotated[int, Query(ge=1, le=500)]
CursorQuery = Annotated[str | None, Query(max_length=512)]
