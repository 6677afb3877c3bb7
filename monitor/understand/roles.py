"""What a measure does to each provider it touches.

What comes in: a cluster and its types. What goes out: provider id → role. Every mention votes; the strongest role wins, in
the order of `ROLE_PRECEDENCE`, and providers listed side by side share one role.
"""

from __future__ import annotations

from monitor.model import ROLE_PRECEDENCE, EventType, Role
from monitor.understand.judge import Judged, grounds
from monitor.understand.lexicon import phrase
from monitor.understand.link import Named
from monitor.understand.needs import is_unlisted
from monitor.understand.reading import Line
from monitor.understand.segment import Cluster

_NAMED_IN_LAW: frozenset[EventType] = frozenset(
    {"service_ban", "sanctions_listing", "divestiture", "antitrust", "data_privacy", "litigation"}
)

_ADDRESSED = frozenset(
    {"lr.fined", "lr.settled", "lr.plea", "lr.loses", "lr.probe", "lr.state-suit", "lr.stop-business", "sb.licence-gone"}
)
"""Cues of an act against one firm: whom their words name is its addressee."""


def roles_of(cluster: Cluster, types: tuple[EventType, ...]) -> dict[str, Role]:
    """The role of every provider named in the cluster's lines."""
    votes: dict[str, list[Role]] = {}
    judged = {j.line.index: j for j in cluster.anchors}
    for line in cluster.lines:
        for mention, role in zip(line.mentions, _line_roles(line, judged.get(line.index), cluster, types), strict=True):
            votes.setdefault(mention.provider, []).append(role)
    roles = {provider: min(cast, key=ROLE_PRECEDENCE.index) for provider, cast in votes.items()}
    if "access_restriction" in types:
        roles |= dict.fromkeys(sorted(cluster.restricting), "restricting")
    return _settled(roles, cluster, types)


def _line_roles(line: Line, judged: Judged | None, cluster: Cluster, types: tuple[EventType, ...]) -> list[Role]:
    single = [_vote(line, judged, m, cluster, types) for m in line.mentions]
    shared = list(single)
    for at in range(1, len(line.mentions)):
        between = line.masked[line.mentions[at - 1].end - line.sentence.start : line.mentions[at].start - line.sentence.start]
        if phrase("roles.listed").match(between) and single[at] in ("mentioned", "targeted", "affected") and between.strip() != "'s":
            shared[at] = shared[at - 1]
    for at in range(len(line.mentions) - 2, -1, -1):
        between = line.masked[line.mentions[at].end - line.sentence.start : line.mentions[at + 1].start - line.sentence.start]
        if phrase("roles.listed").match(between) and shared[at] == "mentioned" and between.strip():
            shared[at] = shared[at + 1]
    return shared


def _vote(line: Line, judged: Judged | None, mention: Named, cluster: Cluster, types: tuple[EventType, ...]) -> Role:
    before = line.sentence.text[: mention.start - line.sentence.start]
    after = line.sentence.text[mention.end - line.sentence.start :]
    if phrase("roles.unaffected").match(after) or _in_ground(line, judged, mention):
        return "mentioned"
    if mention.provider in cluster.restricting and "access_restriction" in types:
        return "restricting"
    if judged is None and line.index > 0 and judged_background(line):
        return "mentioned"
    if phrase("roles.alternative-after").match(after) or phrase("roles.alternative-before").search(before):
        return "alternative"
    if phrase("roles.mentioned-before").search(before) or phrase("roles.mentioned-after").match(after):
        return "mentioned" if not (judged and line.index == 0) else _default(types, line, judged, mention)
    if (
        set(types) & {"sanctions_listing", "service_ban"}
        and phrase("roles.listing").search(before)
        and not phrase("roles.store-after").match(after)
    ):
        return "targeted"
    if _is_addressed(judged, mention):
        return "targeted"
    if phrase("roles.affected-before").search(before) or phrase("roles.affected-after").match(after):
        later = any(m.start > mention.end and m.provider != mention.provider for m in line.mentions)
        addressed = phrase("roles.ordered").search(before) and not later and types[0] in _NAMED_IN_LAW
        return "targeted" if addressed else "affected"
    return _default(types, line, judged, mention)


def _is_addressed(judged: Judged | None, mention: Named) -> bool:
    """Whether the words of an act against one firm name this one."""
    hits = [f.hit for f in judged.findings if f.hit.cue.id in _ADDRESSED] if judged else []
    return any(hit.start <= mention.start < hit.end for hit in hits)


def _in_ground(line: Line, judged: Judged | None, mention: Named) -> bool:
    """Whether a provider belongs to another measure that the line only names as a ground."""
    return (judged is None or not judged.ground) and any(a <= mention.start < b for a, b in grounds(line))


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
    return "mentioned" if measure == "investment_restriction" and judged is not None and judged.line.index > 0 else "affected"


def _settled(roles: dict[str, Role], cluster: Cluster, types: tuple[EventType, ...]) -> dict[str, Role]:
    if types[0] == "access_restriction" and "restricting" not in roles.values():
        anchors = [j.line for j in cluster.anchors]
        lines = [*anchors, *(cluster.lines if any(is_unlisted(line) for line in anchors) else [])]
        first = next((m.provider for line in lines for m in line.mentions if roles.get(m.provider) != "alternative"), None)
        if first:
            roles[first] = "restricting"
    return roles
