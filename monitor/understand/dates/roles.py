"""What a date is for: the act, the day it bites, the end of comments or of an offer, or the past.

What comes in: the words around one date expression. What goes out: a role and the words that decided it.
The order of the rules is the knowledge here: moved and frozen days first, then the words that touch the date, then the nearest verb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.understand.dates import cues
from monitor.understand.dates.expression import Expression

DateRole = Literal["announced", "effective", "comment", "expiry", "background", "none"]
Verdict = tuple[DateRole, str]
OLD_AFTER_DAYS = 60
"""A day further back than this belongs to the story so far, not to the news."""
RECENT_DAYS = 45
"""So long a measure that has begun is still news."""
RECENT_ACT_DAYS = 6
"""So long an act is told as the news of the day."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words around one date: `left` and `right` reach to the neighbouring dates or the ends of the sentence."""

    expression: Expression
    left: str
    right: str
    lead: str
    """From the beginning of the sentence to the date, earlier dates included."""
    sentence: str
    before: str
    """The sentence before."""
    age: int | None
    """Days from the nearest such day to publication, negative for the future; None for an open weekday."""
    inherited: Verdict | None = None
    """The verdict on the date just before, when only "and" or "or" stands between."""


def verdict(around: Surroundings) -> Verdict:
    """The role of a date and the words that decided it."""
    if around.expression.kind == "year":
        return "background", "".join(around.left.split()[-1:])
    if around.expression.role:
        return _given(around, around.expression.role)
    for rule in (_moved, _line, _range_end, _period, _until, _inherits, _start, _after, _nearest):
        found = rule(around)
        if found is not None:
            return found
    return "none", ""


def _word(hit: re.Match[str]) -> str:
    return " ".join(hit[0].replace("\x00", " ").strip(" :,(（：").split())[-60:]


def _bare_left(around: Surroundings) -> str:
    """The words before the date without clock times and articles."""
    return cues.CLOCK.sub("", cues.CLOCK_ON.sub("", around.left))


def _looks_ahead(around: Surroundings) -> bool:
    return around.age is None or around.age < 0


def _given(around: Surroundings, role: Literal["effective", "none"]) -> Verdict:
    frozen = cues.FROZEN.search(around.sentence) if around.expression.kind == "shift" else None
    return ("none", _word(frozen)) if frozen else (role, "")


def _moved(around: Surroundings) -> Verdict | None:
    """A postponed day is nothing and its new day is when it bites; a day that a court froze is nothing."""
    bare, move = _bare_left(around), cues.MOVED.search(around.lead)
    old = cues.OLD_DAY.search(bare)
    if old and (move or cues.MOVED.match(around.right.lstrip())) and not cues.START_AFTER.match(around.right):
        return "none", _word(old)
    if move and (new := cues.NEW_DAY.search(bare)):
        return _role_of_an_end(around), f"{move[0]} {_word(new)}"
    if gone := cues.GONE.search(around.lead):
        return "none", gone[0][:20]
    frozen_before = cues.FROZEN.search(around.before)
    if frozen_before and (due := cues.WAS_DUE.search(around.lead)):
        return "none", _word(due)
    frozen = cues.FROZEN.search(around.sentence)
    if frozen and (cues.WAS_DUE.search(around.lead) or cues.EFFECT.search(around.left) or (around.age is not None and around.age < 0)):
        return "none", _word(frozen)
    return None


def _line(around: Surroundings) -> Verdict | None:
    """Time stamps, datelines and goods counted from a day say nothing about the measure."""
    for hit in (cues.PUBLISHING_LINE.search(around.left), cues.DATELINE_AFTER.match(around.right)):
        if hit:
            return "none", _word(hit)
    if goods := cues.FOR_GOODS.search(around.left):
        return "none", _word(goods)
    return None


def _range_end(around: Surroundings) -> Verdict | None:
    """Of "1 to 31 July" comments and offers mean the last day, everything else the first."""
    if not around.expression.in_range:
        return None
    for role, cue, veto in (("comment", cues.COMMENT, cues.NO_COMMENT), ("expiry", cues.EXPIRY, None)):
        hit = cue.search(around.lead) or cue.search(around.right)
        if hit and not (veto and veto.search(around.sentence)):
            last: DateRole = "comment" if role == "comment" else "expiry"
            return (last, _word(hit)) if around.expression.in_range == "last" else ("none", _word(hit))
    return ("none", "") if around.expression.in_range == "last" else None


def _role_of_an_end(around: Surroundings) -> DateRole:
    """What ends on the day that "until", "by" or 至 names."""
    near = around.left[-90:] + " \x00 " + around.right[:60]
    lead = around.lead[-160:] + " \x00 " + around.right[:60]
    if cues.COMMENT.search(lead) and not cues.NO_COMMENT.search(lead):
        return "comment"
    if cues.DUTY_AFTER.match(around.right):
        return "effective"
    if cues.ANSWER.search(near):
        return "none"
    if cues.EXPIRY.search(lead):
        return "expiry"
    return "effective"


def _period(around: Surroundings) -> Verdict | None:
    """Days that count from the act: to comply, to comment, or to answer, which bites nobody."""
    if around.expression.kind != "shift" or around.expression.base != "act":
        return None
    near = around.left[-90:] + " \x00 " + around.right[:60]
    if begins := cues.EFFECT.search(around.left[-30:]):
        return "effective", _word(begins)
    if (comment := cues.COMMENT.search(around.left[-90:] + " \x00 " + around.right[:14])) and not cues.NO_COMMENT.search(near):
        return "comment", _word(comment)
    if answer := cues.ANSWER.search(near):
        return "none", _word(answer)
    for cue in (cues.EFFECT, cues.DUTY, cues.WILL, cues.PLANNED):
        if hit := cue.search(around.left) or cue.search(around.right[:60]):
            return "effective", _word(hit)
    return "none", ""


def _until(around: Surroundings) -> Verdict | None:
    """Ends: of comments, of an offer or a licence, of a service, of the time to comply."""
    bare = _bare_left(around)
    hit = cues.UNTIL.search(bare) or cues.UNTIL_AFTER.match(around.right)
    if hit is None:
        return None
    role, sentence = _role_of_an_end(around), around.lead[-160:] + " " + around.right
    if role != "effective":
        return role, _word(hit)
    if around.age is not None and around.age > RECENT_DAYS:
        return "background", _word(hit)
    duty = (
        cues.DUTY.search(sentence) or cues.DUTY_AFTER.match(around.right) or (cues.DUTY.search(around.before) and cues.DUTY.search(hit[0]))
    )
    by = re.match(r"by|before|prior|ahead", _word(hit), re.I)
    serves = cues.SERVICE.search(sentence) and (not by or cues.WILL.search(sentence))
    if duty or serves or re.match(r"(?:deadline|ends?|clos|截止)", _word(hit), re.I):
        return ("none", _word(hit)) if cues.HOPED.search(around.left) and not duty else ("effective", _word(hit))
    return "none", _word(hit)


def _inherits(around: Surroundings) -> Verdict | None:
    return around.inherited


def _start(around: Surroundings) -> Verdict | None:
    """Words of beginning that touch the date: from, effective, 自 … 起."""
    bare = _bare_left(around)
    if since := cues.SINCE.search(bare):
        recent = around.expression.kind == "weekday" or (
            around.expression.kind == "day" and around.age is not None and around.age <= RECENT_DAYS
        )
        return ("effective" if recent else "background"), _word(since)
    hit = cues.START_AFTER.match(around.right) or cues.START.search(bare) or cues.ZH_WILL_AFTER.match(around.right)
    if hit is None or re.search(
        r"\b(?:letter|report|data|statement|interview|post|memo|article|e?mail|minutes|notice|up|down)\s+from\s*$", bare, re.I
    ):
        return None
    if cues.COMMENT.search(around.left) and not cues.NO_COMMENT.search(around.left):
        return "none", _word(hit)
    if not _looks_ahead(around):
        counted = cues.COUNTED_AS_OF.search(around.left + "\x00" + around.right[:60])
        if counted:
            return "none", _word(counted)
    strong = cues.EFFECT.search(hit[0])
    if not strong and cues.NOT_BITING.match(around.right):
        return "none", _word(hit)
    if around.age is not None and around.age > OLD_AFTER_DAYS and (not strong or cues.PAST_EFFECT.search(around.left)):
        return "background", _word(hit)
    if not strong and cues.EXPIRY.search(around.left) and not cues.WILL.search(around.left):
        return "none", _word(hit)
    return "effective", _word(hit)


def _after(around: Surroundings) -> Verdict | None:
    """ "After 30 September" bites when something will be no more."""
    hit = cues.AFTER.search(_bare_left(around)) or cues.AFTER_AFTER.match(around.right)
    if hit is None:
        return None
    ahead = cues.WILL.search(around.lead) or cues.WILL.search(around.right)
    return ("effective" if ahead and _looks_ahead(around) else "none"), _word(hit)


def _nearest(around: Surroundings) -> Verdict:
    """The nearest verb decides; what comes after the date counts as further away."""
    if deadline := cues.DEADLINE_AFTER.match(around.right):
        return _deadline(around, deadline)
    candidates = [*_triggers(around, "left"), *_triggers(around, "right")]
    if not candidates:
        return _by_any_past_verb(around)
    _, role, word = min(candidates)
    if role == "announced":
        return _of_the_past(around, word)
    if role == "comment" and around.age is not None and around.age > OLD_AFTER_DAYS:
        return "background", word
    return role, word


def _deadline(around: Surroundings, hit: re.Match[str]) -> Verdict:
    role = _role_of_an_end(around)
    if role == "effective" and around.age is not None and around.age > RECENT_DAYS:
        return "background", _word(hit)
    return role, _word(hit)


def _triggers(around: Surroundings, side: Literal["left", "right"]) -> list[tuple[float, DateRole, str]]:
    """The nearest cue of each role on one side as (distance, role, words)."""
    text = around.left if side == "left" else around.right
    known_future = around.age is not None and around.age < 0
    wanted: list[tuple[re.Pattern[str], DateRole, bool]] = [
        (cues.EFFECT, "effective", True),
        (cues.WILL, "effective", _looks_ahead(around)),
        (cues.PLANNED, "effective", known_future and side == "left"),
        (cues.ACT, "announced", around.age is None or around.age >= -1),
    ]
    found: list[tuple[float, DateRole, str]] = []
    for pattern, role, applies in wanted:
        hits = list(pattern.finditer(text)) if applies else []
        if hits:
            hit = hits[-1] if side == "left" else hits[0]
            distance = len(text) - hit.end() if side == "left" else 1.5 * hit.start() + 4
            if side == "right" and pattern is cues.WILL and cues.SUBORDINATE.search(text, 0, hit.start() + 8):
                continue
            other_act = pattern is cues.WILL and cues.NOT_BITING.match(text, hit.end())
            found.append((distance, "none" if other_act else role, _word(hit)))
    comment = cues.COMMENT.search(text)
    if (
        comment
        and cues.COMMENT_CLOSE.search(text)
        and not cues.NO_COMMENT.search(text)
        and _looks_ahead(around)
        and not cues.COMMENT_OPEN.search(text)
    ):
        found.append((0, "comment", _word(comment)))
    if side == "left" and (over := re.search(r"\b(?:expires?|expiry|valid)\b|到期|有效期", text, re.I)):
        found.append((len(text) - over.end(), "expiry", _word(over)))
    return found


def _of_the_past(around: Surroundings, word: str) -> Verdict:
    if around.age is not None and around.age > OLD_AFTER_DAYS:
        return "background", word
    old = (around.age or 0) > RECENT_ACT_DAYS
    if (had := cues.PASSIVE_PAST.search(around.left)) and (old or had[0].lower().startswith("had been")):
        return "background", _word(had)
    if around.expression.kind == "shift" and around.expression.unit != "day":
        return "none", word
    if cues.NO_COMMENT.search(around.left[-60:]):
        return "none", word
    if (market := cues.MARKET.search(around.left[-50:] + around.right[:30])) and not re.search(
        r"sa(?:id|ys)|宣布|announced", around.left[-20:]
    ):
        return "none", _word(market)
    return "announced", word


def _by_any_past_verb(around: Surroundings) -> Verdict:
    """No verb of the tables: any past tense makes a day of the last week the day of an act."""
    if around.age is not None and around.age > OLD_AFTER_DAYS:
        return "background", ""
    verb = cues.PAST_VERB.search(around.left[-80:]) or cues.PAST_VERB.search(around.right[:50])
    if verb is None and cues.VERB_LAST.search(around.sentence):
        verb = cues.ACT.search(around.sentence, len(around.lead))
    recent = around.expression.kind == "weekday" or (around.age is not None and 0 <= around.age <= RECENT_ACT_DAYS)
    return _of_the_past(around, _word(verb)) if verb and recent and around.expression.kind != "month" else ("none", "")
