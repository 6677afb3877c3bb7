"""Small nouns for the store's tests; every field that a test does not care about has a plain value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from monitor.model import (
    Assessment,
    Delivery,
    Document,
    Event,
    Evidence,
    Mail,
    Mention,
    Recipient,
    Signal,
    Source,
    StageStep,
    System,
    Tagging,
    Team,
)
from monitor.store import Store
from monitor.store.documents import add_documents
from monitor.store.sources import sync_sources

NOW = datetime(2024, 6, 26, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
V1, V2 = "tagger-1", "tagger-2"


def source(name: str = "wire", url: str = "", **fields: Any) -> Source:
    return Source(id=name, name=name.title(), url=url or f"https://{name}.example/feed", kind="news", publisher=name, **fields)


def document(
    guid: str = "1", *, revision: int = 1, title: str = "OpenAI to block China", text: str = "From 9 July.", **fields: Any
) -> Document:
    values: dict[str, Any] = {
        "source": "wire",
        "guid": guid,
        "revision": revision,
        "url": f"https://wire.example/{guid}",
        "title": title,
        "text": text,
        "lang": "en",
        "published_at": NOW - MINUTE,
        "retrieved_at": NOW,
        "content_hash": sha256(f"{title}\n{text}".encode()).hexdigest(),
        "origin_group": "wire",
        "kind": "news",
    }
    return Document(**(values | fields))


def signal(**fields: Any) -> Signal:
    values: dict[str, Any] = {
        "type": "access_restriction",
        "providers": {"openai": "restricting", "azure": "alternative", "01ai": "alternative"},
        "affected": ("CN",),
        "stage": "announced",
        "confidence": 0.9,
    }
    return Signal(**(values | fields))


def tagging(of: Document, version: str = V1, *, signals: Sequence[Signal] = (), relevant: bool = True, provider: str = "openai") -> Tagging:
    mention = Mention(provider=provider, alias="OpenAI", start=0, end=6, salience="about")
    return Tagging(
        document=of.id, tagger_version=version, relevant=relevant, confidence=0.8, lang="en", signals=tuple(signals), mentions=(mention,)
    )


def event(key: str = "1", **fields: Any) -> Event:
    proof = Evidence(
        document="doc_1", url="https://wire.example/1", source="wire", quote="九日", sha256="0" * 64, published_at=NOW, retrieved_at=NOW
    )
    values: dict[str, Any] = {
        "id": f"evt_{key}",
        "type": "access_restriction",
        "title": "OpenAI ends API access in China",
        "stage": "announced",
        "stages": (StageStep(stage="announced", date=NOW.date(), recorded_at=NOW, documents=("doc_1",)),),
        "providers": {"openai": "restricting", "azure": "alternative", "01ai": "alternative"},
        "affected": ("CN",),
        "origins": ("wire",),
        "documents": ("doc_1",),
        "evidence": (proof,),
        "first_seen_at": NOW,
        "last_reported_at": NOW,
        "confidence": 0.9,
    }
    return Event(**(values | fields))


def assessment(score: int = 80, **fields: Any) -> Assessment:
    values: dict[str, Any] = {
        "provider": "openai",
        "jurisdiction": "CN",
        "as_of": NOW,
        "score": score,
        "level": "high",
        "methodology_version": "1",
        "input_digest": f"digest-{score}",
    }
    return Assessment(**(values | fields))


def team(key: str = "platform") -> Team:
    return Team(id=key, name=key.title(), recipients=(Recipient(email=f"{key}@example.cn"),), systems=(System(id="chat"),))


def delivery(recipient: str = "a@example.cn", slot: str = "2024-06-26/Asia/Shanghai", **fields: Any) -> Delivery:
    mail = Mail(recipient=recipient, subject="1 change", text="…", html="<p>…</p>", message_id=f"<{slot}.{recipient}>")
    values: dict[str, Any] = {"recipient": recipient, "slot": slot, "due_at": NOW, "mail": mail}
    return Delivery(**(values | fields))


def stored(store: Store, *documents: Document, at: datetime = NOW) -> list[Document]:
    """Lists the documents' sources and stores the documents."""
    with store.write() as tx:
        sync_sources(tx, [source(name) for name in sorted({d.source for d in documents} | {"wire"})], at)
        return add_documents(tx, documents, at)
