"""What a measure does to each provider it touches.

What comes in: a cluster and its types. What goes out: provider id → role. Every mention votes; the strongest role wins, in
the order of `ROLE_PRECEDENCE`, and providers listed side by side share one role.
"""

from __future__ import annotations

import re

from monitor.model import ROLE_PRECEDENCE, EventType, Role
from monitor.understand.judge import Judged
from monitor.understand.lexicon import Lexicon
from monitor.understand.link import Named
from monitor.understand.reading import Line, Reading
from monitor.understand.segment import Cluster

_I = re.IGNORECASE
_ALTERNATIVE_AFTER = re.compile(
    r"^[^.;。]{0,40}?\b(?:(?:could|may|might|stand(?:s)? to|set to|likely to|poised to|expected to)\s+(?:\w+\s+){0,2}(?:gain|benefit|win|pick up|fill|profit)|(?:is|are) (?:seen|being suggested)|launched import|stepped in|as (?:a )?(?:replacement|alternative|substitute))"
    r"|^[^。]{0,20}(?:受益|替代|承接|填补)", _I)  # fmt: skip
_ALTERNATIVE_BEFORE = re.compile(
    r"(?:\b(?:switch(?:ing|ed)? to|mov(?:e|ed|ing) to|migrat\w+ to|turn(?:ing|ed)? to|alternatives? (?:such as|like|including|are|is|from)|replac\w+ (?:\w+ )?(?:with|by)|domestic (?:suites|rivals?|providers?|alternatives?)(?: such as| like)?|rivals? (?:such as|like)|instead (?:of \S+ )?use|in favou?r of|run by|partners? (?:such as|like)|flock\w* to|benefit(?:s|ed|ing)?|boost for|gains? for|led by)"
    r"\s+(?:\S+\s+){0,3}|转向|改用|替代(?:方案|品)?(?:如|包括)?|利好|迁移至|迁移到)$", _I)  # fmt: skip
_AFFECTED_BEFORE = re.compile(
    r"(?:\b(?:(?:companies|firms|groups|suppliers|makers|sellers|customers|retailers|platforms|providers|vendors|rivals)\s+(?:such as|like|including)|suppliers?|touch|hit(?:s|ting)?|hurt(?:s|ing)?|affect(?:s|ed|ing)?|reprieve for|told|ask(?:s|ed)?|requires?|expos\w+|order(?:s|ed)|instruct\w+|urge[sd]?|run by|stores? (?:run|operated) by|make|apply to)"
    r"\s+(?:(?:such as|like|including|and|for|to)\s+)?(?:the\s+)?|(?:影响|要求|波及|冲击|包括))$", _I)  # fmt: skip
_AFFECTED_AFTER = re.compile(
    r"^(?:'s)?(?:\s+\w+){0,3}?\s*(?:\b(?:must|would (?:have to|need|face|be required)|face[sd]?|(?:is|are) (?:the supplier|among (?:its|the) suppliers|most exposed|required|expected to be|affected)|among (?:its|the) suppliers|shares? (?:fell|slid|dropped|slipped)|had removed|said it had pulled|fell|may ship|may sell|app stores?|play store|removed|pulled|disappeared)\b)"
    r"|^[^。]{0,24}(?:可能受到影响|受影响|受到影响|应用商店|可能被要求|须|需)", _I)  # fmt: skip
_MENTIONED_BEFORE = re.compile(
    r"(?:\b(?:parent|owner|unit of|owned by|arm of|subsidiary of|backed by|backers?|investors? (?:in|include)|rivals?|competitor|former|ex-|against|according to|headed by|founded by|acquired by|bought by|part of|than|unlike|division of|measure against|step against|similar to)"
    r"\s+(?:the\s+|such as\s+)?|旗下|母公司|投资方)$", _I)  # fmt: skip
_MENTIONED_AFTER = re.compile(r"^(?:'s)?\s*(?:unit|parent|owner|subsidiary|arm|-owned|-backed|had registered|stays? online|旗下|股价)", _I)
_LISTED = re.compile(r"^\s*(?:,|、|，|and|or|&|和|与|及|以及|,\s*and|as well as|(?:'s)?\s+and|\([^)]*\)\s*and)?\s*(?:the\s+)?$", _I)
_LISTING = re.compile(
    r"\b(?:add(?:s|ed|ing)?|includ\w+|list(?:s|ed)?|name[sd]?|among them|blacklist\w*|sanction\w*|target\w*|put(?:s|ting)?|plac(?:es|ed|ing)|designat\w+|against)\b[^.;]{0,60}$|(?:列入|将|制裁|包括|对)[^，。]{0,12}$",
    _I,
)
_STORE_AFTER = re.compile(r"^(?:'s)?\s+(?:and \w+ )?(?:app stores?|play store|must|would face|had removed)|^.{0,8}应用商店", _I)
_ORDERED = re.compile(r"\b(?:told|ask(?:s|ed)?|requires?|order(?:s|ed)|instruct\w+|urge[sd]?)\s+(?:the\s+)?$|要求$", _I)
_NAMED_IN_LAW: frozenset[EventType] = frozenset(
    {"service_ban", "sanctions_listing", "divestiture", "antitrust", "data_privacy", "litigation"}
)


def roles_of(cluster: Cluster, types: tuple[EventType, ...], reading: Reading, lexicon: Lexicon) -> dict[str, Role]:
    """The role of every provider named in the cluster's lines."""
    votes: dict[str, list[Role]] = {}
    judged = {j.line.index: j for j in cluster.anchors}
    for line in cluster.lines:
        for mention, role in zip(line.mentions, _line_roles(line, judged.get(line.index), cluster, types, reading), strict=True):
            votes.setdefault(mention.provider, []).append(role)
    roles = {provider: min(cast, key=ROLE_PRECEDENCE.index) for provider, cast in votes.items()}
    return _settled(roles, cluster, types)


def _line_roles(line: Line, judged: Judged | None, cluster: Cluster, types: tuple[EventType, ...], reading: Reading) -> list[Role]:
    single = [_vote(line, judged, m, cluster, types) for m in line.mentions]
    shared = list(single)
    for at in range(1, len(line.mentions)):
        between = line.masked[line.mentions[at - 1].end - line.sentence.start : line.mentions[at].start - line.sentence.start]
        if _LISTED.match(between) and single[at] in ("mentioned", "targeted", "affected") and between.strip() != "'s":
            shared[at] = shared[at - 1]
    for at in range(len(line.mentions) - 2, -1, -1):
        between = line.masked[line.mentions[at].end - line.sentence.start : line.mentions[at + 1].start - line.sentence.start]
        if _LISTED.match(between) and shared[at] == "mentioned" and between.strip():
            shared[at] = shared[at + 1]
    return shared


def _vote(line: Line, judged: Judged | None, mention: Named, cluster: Cluster, types: tuple[EventType, ...]) -> Role:
    before = line.sentence.text[: mention.start - line.sentence.start]
    after = line.sentence.text[mention.end - line.sentence.start :]
    if mention.provider in cluster.restricting and "access_restriction" in types:
        return "restricting"
    if judged is None and line.index > 0 and judged_background(line):
        return "mentioned"
    if _ALTERNATIVE_AFTER.match(after) or _ALTERNATIVE_BEFORE.search(before):
        return "alternative"
    if _MENTIONED_BEFORE.search(before) or _MENTIONED_AFTER.match(after):
        return "mentioned" if not (judged and line.index == 0) else _default(types, line, judged, mention)
    if set(types) & {"sanctions_listing", "service_ban"} and _LISTING.search(before) and not _STORE_AFTER.match(after):
        return "targeted"
    if _AFFECTED_BEFORE.search(before) or _AFFECTED_AFTER.match(after):
        later = any(m.start > mention.end and m.provider != mention.provider for m in line.mentions)
        addressed = _ORDERED.search(before) and not later and types[0] in _NAMED_IN_LAW
        return "targeted" if addressed else "affected"
    return _default(types, line, judged, mention)


def judged_background(line: Line) -> bool:
    """Whether a line without a cue speaks of another time."""
    return bool(line.dates) and all(d.role == "background" for d in line.dates)


def _default(types: tuple[EventType, ...], line: Line, judged: Judged | None, mention: Named) -> Role:
    """The role of a provider that no phrase decides: the type's usual one where the event is told, else a mere mention."""
    if judged is None and line.index > 1:
        return "mentioned"
    measure = next((t for t in types if t not in ("relief", "mitigation", "litigation")), types[0])
    if measure in _NAMED_IN_LAW:
        acting = {i for f in judged.findings if f.actor.kind == "provider" for i in f.actor.ids} if judged else set()
        owns_app = measure == "service_ban" and mention.provider in acting and len({m.provider for m in line.mentions}) > 1
        return "affected" if owns_app else "targeted"
    if measure == "access_restriction":
        return "affected" if types[0] == "relief" and judged is not None else "mentioned"
    return "affected"


def _settled(roles: dict[str, Role], cluster: Cluster, types: tuple[EventType, ...]) -> dict[str, Role]:
    if types[0] == "access_restriction" and "restricting" not in roles.values():
        first = next((m.provider for j in cluster.anchors for m in j.line.mentions), None)
        if first:
            roles[first] = "restricting"
    return roles
