"""Who is behind the signs of a repository: observations come in, uses and open questions go out.

The client of one provider is answered by many others, so its package, its key or its mere construction are weighed against what the
repository shows of its endpoint:

    its own host is named                                   → that provider, for sure
    a call with the default endpoint, or no sign of another → that provider, its default
    pointed elsewhere, and a known host is named            → the provider of that host
    pointed at a stranger's host                            → asked
    pointed at what this repository does not name           → asked; until answered its default, so that no gate passes in doubt
    only the package, beside another host that answers it   → the host's provider; the client's own is asked about
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from monitor.catalog import Catalog
from monitor.catalog.signs import Signs
from monitor.inventory.code import UNSEEN_ARGUMENTS
from monitor.model import Answer, Confidence, OpenQuestion, Sighting, Use

MOST_SIGHTINGS = 20
_SLUG = re.compile(r"[^a-z0-9]+")


class Observed(NamedTuple):
    """One sign with its place: its kind, the key it has in the tables, and the kind of data where a bill tells it."""

    kind: str
    key: str
    sighting: Sighting
    data_class: str = ""


def resolved(
    seen: Sequence[Observed], signs: Signs, catalog: Catalog, answers: Iterable[Answer]
) -> tuple[tuple[Use, ...], tuple[OpenQuestion, ...]]:
    """The uses, the surest first, and what is left to ask after `answers`."""
    proof: dict[str, list[Observed]] = {}
    for sign in seen:
        provider = _provider(sign, signs)
        if provider is not None and not _is_compatible(sign, signs):
            proof.setdefault(provider, []).append(sign)
    answered = {answer.question: answer for answer in answers}
    questions = [*_compatible(seen, proof, signs, catalog, answered), *_aggregators(seen, signs), *_services(seen)]
    for question in questions:
        if question.id in answered:
            for provider in answered[question.id].providers:
                declared = [
                    Observed("declared", provider, s.model_copy(update={"kind": "declared", "what": f"{question.id}: as answered"}))
                    for s in question.sightings[:1]
                ]
                proof.setdefault(provider, []).extend(declared)
    uses = [_use(provider, found, signs, catalog) for provider, found in proof.items()]
    left = tuple(question for question in questions if question.id not in answered)
    return tuple(sorted(uses, key=lambda use: (use.confidence != "high", use.provider))), left


def _provider(sign: Observed, signs: Signs) -> str | None:
    table = {"host": signs.hosts, "package": signs.packages, "variable": signs.environment}.get(sign.kind)
    if table is not None:
        return table.get(sign.key)
    return {"service": sign.key, "azure_client": "microsoft"}.get(sign.kind)


def _is_compatible(sign: Observed, signs: Signs) -> bool:
    return sign.kind in ("package", "variable", "client") and (sign.kind == "client" or sign.key in signs.compatible_signs)


def _compatible(
    seen: Sequence[Observed], proof: dict[str, list[Observed]], signs: Signs, catalog: Catalog, answered: Container[str]
) -> list[OpenQuestion]:
    """Adds the client's sightings to the provider they stand for; where that is open, the question whom it calls."""
    own, name = signs.compatible, catalog.providers[signs.compatible].name
    client = [sign for sign in seen if _is_compatible(sign, signs)]
    pointers = [sign for sign in seen if sign.kind in ("pointer", "endpoint")]
    others = sorted({signs.hosts[s.key] for s in seen if s.kind == "host" and s.key in signs.endpoints and s.key in signs.hosts})
    others = others or (["microsoft"] if any(sign.kind == "azure_client" for sign in seen) else [])
    strangers = sorted({sign.key for sign in pointers if sign.kind == "endpoint"})
    calls = {sign.key for sign in client if sign.kind == "client"}
    by_default = bool(calls - {UNSEEN_ARGUMENTS}) and not any(sign.key in signs.pointers for sign in pointers)
    asks = f"The client for {name}'s API is pointed at {', '.join(strangers)}: who provides that?" if strangers else ""
    is_open = UNSEEN_ARGUMENTS in calls or bool(pointers and not others)
    if own in proof or by_default or (client and not others and not is_open):
        proof.setdefault(own, []).extend(client)
    elif is_open and not strangers:
        asks = f"The client for {name}'s API gets its endpoint from outside this repository: who provides that?"
        if client and f"{own}-endpoint" not in answered:
            proof.setdefault(own, []).extend(client)  # its default until someone says otherwise: the gate must not pass in doubt
    elif others and pointers:
        if len(others) == 1:
            proof[others[0]].extend(sign for sign in client if sign.kind != "variable")
    elif others and client:
        named = " and ".join(catalog.providers[other].name for other in others)
        asks = f"The client for {name}'s API stands beside hosts of {named}: does anything call {name} itself?"
    where = tuple(sign.sighting for sign in (*pointers, *client))[:MOST_SIGHTINGS]
    return [OpenQuestion(id=f"{own}-endpoint", asks=asks, sightings=where)] if asks else []


def _aggregators(seen: Sequence[Observed], signs: Signs) -> list[OpenQuestion]:
    found: dict[str, list[Sighting]] = {}
    for sign in seen:
        if sign.kind in ("host", "package", "variable") and (aggregator := signs.aggregator_signs.get(sign.key)):
            found.setdefault(aggregator, []).append(sign.sighting)
    asks = "Calls are passed on by {}: to which providers?"
    return [
        OpenQuestion(id=key, asks=asks.format(signs.aggregators[key]), sightings=tuple(places[:MOST_SIGHTINGS]))
        for key, places in sorted(found.items())
    ]


def _services(seen: Sequence[Observed]) -> list[OpenQuestion]:
    return [
        OpenQuestion(
            id=f"service-{_SLUG.sub('-', sign.key.lower()).strip('-') or 'unnamed'}",
            asks=f"The bill of materials declares the service {sign.sighting.what}: which provider of the catalogue is behind it, if any?",
            sightings=(sign.sighting,),
        )
        for sign in seen
        if sign.kind == "unknown_service"
    ]


def _use(provider: str, found: Sequence[Observed], signs: Signs, catalog: Catalog) -> Use:
    order = ("service", "declared", "host", "azure_client", "client", "package", "variable")
    best = min(found, key=lambda sign: order.index(sign.kind))
    confidence: Confidence = "high" if best.kind in order[:4] else "medium"
    ordered = sorted(found, key=lambda sign: (order.index(sign.kind), sign.sighting.path, sign.sighting.line))
    classes = dict.fromkeys(sign.data_class for sign in found if sign.data_class)
    return Use(
        provider=provider,
        confidence=confidence,
        why=_why(best, provider, signs, catalog),
        sightings=tuple(dict.fromkeys(sign.sighting for sign in ordered))[:MOST_SIGHTINGS],
        data_class=", ".join(classes),
    )


def _why(best: Observed, provider: str, signs: Signs, catalog: Catalog) -> str:
    """What the surest sign says, in a few words."""
    name = catalog.providers[provider].name
    if best.kind in ("client", "package", "variable") and provider == signs.compatible and _is_compatible(best, signs):
        by_default = best.kind == "client" and best.key != UNSEEN_ARGUMENTS
        return f"client for {name}'s API, " + ("called with its default endpoint" if by_default else "no other endpoint found")
    return {
        "service": f"declared as a service in {best.sighting.path}",
        "declared": "answered in forewarned.toml",
        "host": f"API host {best.key}",
        "azure_client": "client for Azure OpenAI",
        "client": f"client for {name}'s API",
        "package": f"SDK {best.sighting.what}",
        "variable": f"variable {best.sighting.what}",
    }[best.kind]
