"""Who offers a way out, and on what terms.

What comes in: a line with an offer or a word of migration. What goes out: the offering providers and their `Offer`s. The
provider whose step made people leave, its users, and owners or backers are never the offering side.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import Offer, OfferKind
from monitor.understand.lexicon import PROVIDER, phrase
from monitor.understand.link import Named
from monitor.understand.reading import Line, Reading

COUNTED_WITH: Mapping[OfferKind, tuple[OfferKind, ...]] = {"free_tokens": ("free_tokens", "free_credits")}
"""Kinds that an offer with an amount stands for: a free quota that is counted in tokens is one offer."""


def offerers(reading: Reading, line: Line) -> list[str]:
    """The providers that offer in a line: those beside its terms, else the first it names, else those of a line before."""
    beside = [provider for mention in line.offers for provider in owners(reading, line, mention.start)]
    if beside:
        return list(dict.fromkeys(beside))
    own = _able(line)
    if own:
        return _first_group(line, own)
    return [] if line.mentions or line.index == 0 else _before(reading, line)


def _able(line: Line) -> list[Named]:
    """The providers of a line that may be offering: neither left behind nor mere owners."""
    return [m for m in line.mentions if not is_cause(line, m)]


def is_cause(line: Line, mention: Named) -> bool:
    """Whether a provider stands as the one people leave, or as an owner or backer of another."""
    before = line.sentence.text[: mention.start - line.sentence.start]
    after = line.sentence.text[mention.end - line.sentence.start :]
    if phrase("offering.cause-before").search(before) or phrase("offering.cause-after").match(after) or _is_backer(line, mention):
        return True
    earlier = [m for m in line.mentions if m.end <= mention.start]
    listed = earlier and phrase("offering.listed").match(
        line.sentence.text[earlier[-1].end - line.sentence.start : mention.start - line.sentence.start]
    )
    return bool(listed) and is_cause(line, earlier[-1])


def _is_backer(line: Line, mention: Named) -> bool:
    at = mention.start - line.sentence.start
    return any(found.start() <= at < found.end() for found in phrase("offering.backer").finditer(line.masked))


def _first_group(line: Line, own: list[Named]) -> list[str]:
    """The first provider of the line and those listed with it; a list after "include" is taken whole."""
    group = [own[0]]
    for mention in own[1:]:
        between = line.masked[group[-1].end - line.sentence.start : mention.start - line.sentence.start]
        if (
            phrase("offering.listed").match(between)
            or mention.provider == own[0].provider
            or (
                phrase("offering.verb").search(between)
                and phrase("offering.verb").search(line.masked[mention.end - line.sentence.start :])
                and PROVIDER not in between
            )
        ):
            group.append(mention)
        else:
            break
    return list(dict.fromkeys(m.provider for m in group))


def _before(reading: Reading, line: Line) -> list[str]:
    """Whom a line without a name means; nobody when it speaks of an unnamed group."""
    if phrase("offering.nobody").search(line.masked):
        return []
    for earlier in reversed(reading.lines[max(0, line.index - 2) : line.index]):
        if own := _able(earlier):
            return _first_group(earlier, own)[:1]
    return []


def offers_of(lines: list[Line], provider: str, reading: Reading) -> tuple[Offer, ...]:
    """The terms that a provider offers in its lines; a bare way to migrate is a service."""
    found: dict[tuple[OfferKind, str | None], Offer] = {}
    for line in lines:
        for mention in line.offers:
            if provider in owners(reading, line, mention.start):
                found.setdefault(
                    (mention.kind, mention.amount), Offer(provider=provider, kind=mention.kind, amount=mention.amount, until=mention.until)
                )
    if not found:
        return (Offer(provider=provider, kind="migration_service"),)
    kinds = {told for kind, amount in found if amount for told in COUNTED_WITH.get(kind, (kind,))}
    return tuple(offer for (kind, amount), offer in found.items() if amount or kind not in kinds)


def owners(reading: Reading, line: Line, at: int) -> list[str]:
    """The providers to which a line gives what stands at `at`."""
    own = _able(line)
    before = [m for m in own if m.end <= at]
    if not before:
        return _first_group(line, own) if own else _before(reading, line)
    last = before[-1]
    group = [last.provider]
    for left, right in zip(reversed(before[:-1]), reversed(before[1:]), strict=True):
        if not phrase("offering.listed").match(line.masked[left.end - line.sentence.start : right.start - line.sentence.start]):
            break
        group.append(left.provider)
    return group
