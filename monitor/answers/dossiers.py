"""A dossier for vendors in one jurisdiction: the reader's picture comes in, the pinned Dossier goes out."""

from __future__ import annotations

from datetime import datetime

from monitor import __version__
from monitor.answers.reader import Reader
from monitor.assess.constants import METHODOLOGY_VERSION
from monitor.catalog import checked_place
from monitor.comply.dossier import Dossier, DossierDocument, DossierQuery, dossier
from monitor.store import documents as stored_documents
from monitor.store import signals


def compile_dossier(reader: Reader, providers: tuple[str, ...], place: str, as_of: datetime) -> Dossier:
    """The vendors side by side as known at `as_of`; NotFoundError for an unknown provider, UsageError for an unknown place."""
    place = checked_place(place)
    for provider in providers:
        reader.provider(provider)
    picture = reader.picture(as_of)
    cited = {proof.document for event in picture.events for proof in event.evidence}
    with reader.store.read() as tx:
        found = stored_documents.documents_by_id(tx, sorted(cited))
        tagger = signals.tagger_version(tx, as_of)
    query = DossierQuery(
        providers=tuple(reader.catalog.providers[provider] for provider in providers),
        jurisdiction=place,
        as_of=as_of,
        assessments=tuple(reader.assess(picture, provider, place) for provider in providers),
        events=picture.events,
        documents={
            key: DossierDocument(
                id=key,
                url=document.url,
                source=document.source,
                sha256=document.content_hash,
                published_at=document.published_at,
                retrieved_at=document.retrieved_at,
            )
            for key, document in found.items()
        },
        names={provider.id: provider.name for provider in reader.catalog.providers.values()},
        methodology_version=METHODOLOGY_VERSION,
        data_versions={"forewarned": __version__, "catalogue": reader.catalog.version, "tagger": tagger or "none"},
    )
    return dossier(query)
