"""Providers and their risk."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import AsOfDep, CursorQuery, LimitQuery, PlaceQuery, ProviderPath, ReaderDep, SinceDep
from monitor.answers.history import Change, History, history, since
from monitor.answers.shapes import Page, ProviderShape, Risk

router = APIRouter(prefix="/providers", tags=["providers"])


@router.get("")
def list_providers(reader: ReaderDep, q: str = "", limit: LimitQuery = 100, cursor: CursorQuery = None) -> Page[ProviderShape]:
    """Providers of the catalogue, by id; `q` finds a part of an id, name, alias or product."""
    return reader.providers(q, limit, cursor)


@router.get("/{provider}")
def get_provider(reader: ReaderDep, provider: ProviderPath) -> ProviderShape:
    """One provider."""
    return reader.provider(provider)


@router.get("/{provider}/risk")
def get_risk(reader: ReaderDep, provider: ProviderPath, as_of: AsOfDep, place: PlaceQuery = None) -> Risk:
    """The provider's score in a jurisdiction, with factors that sum to it; without `in`, where it is worst."""
    return reader.risk(provider, place, as_of)


@router.get("/{provider}/history")
def get_history(
    reader: ReaderDep,
    provider: ProviderPath,
    place: PlaceQuery = None,
    first: Annotated[date | None, Query(alias="from", description="The first day; by default 30 days before the last.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day; by default today.")] = None,
) -> History:
    """The score at the end of each day (UTC) as it was known then, and what moved it; at most 366 days."""
    return history(reader, provider, place, first, last)


@router.get("/{provider}/change")
def get_change(reader: ReaderDep, provider: ProviderPath, then: SinceDep, as_of: AsOfDep, place: PlaceQuery = None) -> Change:
    """Why the score at `as_of` is not what it was at `since`: causes whose points sum to the difference."""
    return since(reader, reader.risk(provider, place, as_of), then)
