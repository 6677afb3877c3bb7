"""Providers and their risk."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import AsOfDep, CursorQuery, LimitQuery, PlaceQuery, ProviderPath, ReaderDep
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
