"""Who is read and who can be depended on: sources, providers, places."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from monitor.model.base import Jurisdiction, Noun, Reliability, Sector, SourceFormat, SourceKind


class Source(Noun):
    """One feed, API query or page that is polled, as feeds.yaml describes it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    name: str
    url: str
    format: SourceFormat = "feed"
    kind: SourceKind
    publisher: str
    family: str = ""
    """Ownership or wire family; empty means the publisher itself (filled by the catalogue)."""
    jurisdiction: Jurisdiction | None = None
    language: str = "en"
    reliability: Reliability = "medium"
    interval_s: int = 0
    """Seconds between polls that the operator asked for; 0 leaves it to the service's floor."""
    private: bool = False
    why: str = ""


class Parent(Noun):
    """An owner of a provider; `share` in per cent, None when not public; `minority` where it is known to be none that controls."""

    id: str
    share: float | None = None
    minority: bool = False
    note: str = ""


class AliasRule(Noun):
    """When an ambiguous alias counts: a `require` word in the document or a neighbour that does as well, no `veto` phrase in the
    sentence, no vetoed neighbour.
    """

    require: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Words in small letters right after the name, one of which stands in for a required one: "X fined"."""
    before: tuple[str, ...] = ()
    """Words in small letters right before the name that do the same: "ban on X"."""
    veto: tuple[str, ...] = ()
    veto_next: tuple[str, ...] = ()
    veto_prev: tuple[str, ...] = ()
    case: bool = False
    common: bool = False
    """An everyday word (orange, steam): written in other letters than the name it is not even a doubtful one."""


class NotOffered(Noun):
    """Where a provider itself says that it is not offered."""

    places: tuple[Jurisdiction, ...] = Field(alias="in")
    as_of: date | None = None
    source: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Provider(Noun):
    """A company or service others depend on, with every name it goes by."""

    id: str
    name: str
    home: Jurisdiction | None = None
    sectors: tuple[Sector, ...] = ()
    aliases: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    """Names in further scripts: Japanese, Korean, Russian."""
    products: tuple[str, ...] = ()
    parents: tuple[Parent, ...] = ()
    hosts: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    """Providers whose API its own endpoint answers: their client needs another address and key, as its maker documents."""
    not_offered: NotOffered | None = None
    ambiguous: dict[str, AliasRule] = {}


class Place(Noun):
    """A jurisdiction with its names and the organs that act for it."""

    id: Jurisdiction
    en: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Names and adjectives in German, French, Spanish, Portuguese, Japanese and Korean."""
    ru: tuple[str, ...] = ()
    """Russian names; they are declined."""
    adjectives: tuple[str, ...] = ()
    """Russian adjectives without their endings."""
    capitals: tuple[str, ...] = ()
    organs: tuple[str, ...] = ()
    organs_act_for: tuple[Jurisdiction, ...] = ()
    """Further jurisdictions that its organs decide for, such as the Irish data-protection authority for the EU."""
