"""How far a measure is on the day of publication.

What comes in: the lines that tell of it, its types and dates. What goes out: a `Stage`.
"""

from __future__ import annotations

from datetime import date

from monitor.model import EventType, Stage
from monitor.understand.lexicon import load_lexicon, phrase
from monitor.understand.segment import Cluster


def stage_of(cluster: Cluster, types: tuple[EventType, ...], effective: date | None, published: date) -> Stage:
    """The stage that the text tells, a stated effective day deciding between coming and in force."""
    anchors = sorted(cluster.anchors, key=lambda j: -j.best)[:2]
    said = " ¶ ".join(j.line.sentence.text for j in sorted(anchors, key=lambda j: j.line.index))
    more = " ¶ ".join(line.sentence.text for line in cluster.lines)
    stages = load_lexicon().stages
    says = {stage: bool(pattern.search(said)) for stage, pattern in stages.items()}
    if types[0] == "relief":
        return _eased(said, says)
    if any(j.modality == "threatened" for j in anchors) and not says["final"]:
        return "rumoured"
    if says["rumoured"] and not says["final"]:
        return "rumoured"
    begun = effective is not None and effective <= published
    own_act = ("access_restriction" in types and not cluster.issuing) or types[0] == "access_restriction"
    if phrase("stage.preliminary").search(said):
        return "announced"
    if says["proposed"] and not own_act and not phrase("stage.signed").search(said) and not begun:
        return "proposed"
    if effective is not None:
        if effective <= published:
            return "in_force"
        return "announced" if own_act else ("announced" if says["announced"] and not says["final"] and not cluster.issuing else "final")
    if types[0] == "litigation":
        return _of_court(said, says)
    if own_act:
        return _own_act(said, more, says)
    if types[0] in ("antitrust", "data_privacy") and says["announced"] and not says["final"] and not says["in_force"]:
        return "announced"
    if says["final"] and (not says["in_force"] or (phrase("stage.signed").search(said) and "immediate" not in said.lower())):
        return "final"
    if says["in_force"] and not _future(said):
        return "in_force"
    return "final" if says["final"] else "announced"


def _eased(said: str, says: dict[str, bool]) -> Stage:
    if says["rumoured"] and not says["rescinded"]:
        return "rumoured"
    if says["rescinded"] and not _future(said):
        return "rescinded"
    if says["suspended"]:
        return "suspended"
    if says["rescinded"]:
        return "announced"
    return "announced" if _future(said) or says["announced"] else "in_force"


def _of_court(said: str, says: dict[str, bool]) -> Stage:
    if says["suspended"] and says["final"] and phrase("stage.halts").search(said):
        return "suspended"
    return "final" if says["final"] else "announced"


def _own_act(said: str, more: str, says: dict[str, bool]) -> Stage:
    if _future(said):
        return "announced"
    if says["in_force"] or (load_lexicon().stages["in_force"].search(more) and not says["announced"]):
        return "in_force"
    return "announced" if says["announced"] else "in_force"


def _future(said: str) -> bool:
    return bool(phrase("stage.future").search(said))
