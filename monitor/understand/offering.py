"""Who offers a way out, and on what terms.

What comes in: a line with an offer or a word of migration. What goes out: the offering providers and their `Offer`s. The
provider whose step made people leave, its users, and owners or backers are never the offering side.
"""

from __future__ import annotations

import re

from monitor.model import Offer
from monitor.understand.lexicon import PROVIDER
from monitor.understand.link import Named
from monitor.understand.reading import Line, Reading

_CAUSE_BEFORE = re.compile(
    r"(?:\b(?:leav\w+|left|quit\w*|from|replac\w+|ditch\w*|abandon\w*|than|versus|vs|off|against|unlike|lure|to rival|rivals?|cut off by|locked out of|instead of|alternatives? to|on|backed by|owned by|unit of|arm of"
    r"|part of|subsidiary of|backers?|parent|using|used|of|after|because|following|since|response to)\s+(?:the\s+|both\s+)?|离开|替代|替换|放弃|针对|原|因|在|来自|受|对标|由)$",
    re.IGNORECASE,
)
_CAUSE_AFTER = re.compile(
    r"^(?:'s?)?\s*(?:(?:API|AI|cloud|model|paying|former|existing|recent|China|enterprise|business|announced)\s+){0,2}(?:users?|customers|developers|clients|refugees|decision|announcement|ban|block|move|exit|exclusion|cut-?off|withdrawal|restrictions?|suspension|notice|stops?|stopped|bar(?:s|red)|blocks?|blocked|cuts?|closes?|closed|shut)\b"
    r"|^(?:的)?(?:API|接口|账号)?(?:用户|客户|开发者|宣布|禁令|断供|封锁|停止|终止|决定|限制|退出|将)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^(?:\s*(?:,|、|，|and|or|&|和|与|及|以及|,\s*and|as well as)\s*(?:[\w-]+\s+){0,3})$", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:offer|giv|gave|provid|launch|roll|announc|unveil|introduc|includ|cover|waiv|promis|cut|halv|slash|discount|grant|extend|open)\w*\b|提供|推出|宣布|赠送|发布|上线|送|免费|开放|启动",
    re.IGNORECASE,
)


def offerers(reading: Reading, line: Line) -> list[str]:
    """The providers that offer in a line; those of the nearest line before, when it names none itself."""
    own = [m for m in line.mentions if not is_cause(line, m)]
    if own:
        return _first_group(line, own)
    if line.mentions or line.index == 0:
        return [] if not line.offers else _before(reading, line)
    return _before(reading, line)


def is_cause(line: Line, mention: Named) -> bool:
    """Whether a provider stands as the one people leave, or as an owner or backer of another."""
    before = line.sentence.text[: mention.start - line.sentence.start]
    after = line.sentence.text[mention.end - line.sentence.start :]
    earlier = [m for m in line.mentions if m.end <= mention.start]
    if earlier and _LISTED.match(line.sentence.text[earlier[-1].end - line.sentence.start : mention.start - line.sentence.start]):
        return is_cause(line, earlier[-1])
    return bool(_CAUSE_BEFORE.search(before) or _CAUSE_AFTER.match(after))


def _first_group(line: Line, own: list[Named]) -> list[str]:
    """The first provider of the line and those listed with it; a list after "include" is taken whole."""
    group = [own[0]]
    for mention in own[1:]:
        between = line.masked[group[-1].end - line.sentence.start : mention.start - line.sentence.start]
        if (
            _LISTED.match(between)
            or mention.provider == own[0].provider
            or (_VERB.search(between) and _VERB.search(line.masked[mention.end - line.sentence.start :]) and PROVIDER not in between)
        ):
            group.append(mention)
        else:
            break
    return list(dict.fromkeys(m.provider for m in group))


def _before(reading: Reading, line: Line) -> list[str]:
    for earlier in reversed(reading.lines[max(0, line.index - 2) : line.index]):
        own = [m for m in earlier.mentions if not is_cause(earlier, m)]
        if own:
            return _first_group(earlier, own)[:1]
    return []


def offers_of(lines: list[Line], provider: str, reading: Reading) -> tuple[Offer, ...]:
    """The terms that a provider offers in its lines; a bare way to migrate is a service."""
    found: dict[tuple[str, str | None], Offer] = {}
    for line in lines:
        for mention in line.offers:
            if provider in _owners(reading, line, mention.start):
                found.setdefault(
                    (mention.kind, mention.amount), Offer(provider=provider, kind=mention.kind, amount=mention.amount, until=mention.until)
                )
    if not found:
        return (Offer(provider=provider, kind="migration_service"),)
    kinds = {kind for kind, amount in found if amount}
    return tuple(offer for (kind, amount), offer in found.items() if amount or kind not in kinds)


def _owners(reading: Reading, line: Line, at: int) -> list[str]:
    own = [m for m in line.mentions if not is_cause(line, m)]
    before = [m for m in own if m.end <= at]
    if not before:
        return _first_group(line, own) if own else _before(reading, line)
    last = before[-1]
    group = [last.provider]
    for left, right in zip(reversed(before[:-1]), reversed(before[1:]), strict=True):
        if not _LISTED.match(line.masked[left.end - line.sentence.start : right.start - line.sentence.start]):
            break
        group.append(left.provider)
    return group
