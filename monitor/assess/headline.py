"""What a headline says of the act: that it happened, that it may, or what somebody thinks of it.

In: a title. Out: one of three words. The reading of a text is not changed by it: it says whether the report is *news* of the act, which
an alert needs and a score does not. Reporters put the strongest words into a title; where it hedges, the text knows no more.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

_KEPT: Final = 65_536
"""Titles that are remembered: an event that grows is merged again and again."""
_MAY_COME = re.compile(
    r"\b(?:could|may|might|(?:is|are)? ?(?:likely|expected|poised|about) to|considers?|considering|weigh(?:s|ing)?|mull(?:s|ing)?|"
    r"looming|possible|potential|eye(?:s|ing)|looks? to|if passed|close to|one step closer|inches closer|on (?:the )?(?:cusp|verge) of|"
    r"reported plans?|should be (?:looked|banned|blocked|restricted))\b",
    re.IGNORECASE,
)
_ONLY_SAID = re.compile(
    r"^(?:\w+ ){1,3}fears?\b|"
    r"\b(?:wants?|CEO|declin(?:es?|ed) to|seems? to be over|oppos(?:es?|ing|ition)|blasts?|slams?|critici[sz](?:es?|ing)|condemns?|"
    r"accuse[sd]?|denounces?|urges?|call(?:s|ed|ing)? (?:on|for|to)|rips|lash(?:es)? out|rejects?|hits? back|objects? to|rails? against|"
    r"pressure (?:on|to|from)|under pressure|asks?|should (?:be|not)|lobb(?:y|ies)|appeals? to|defends?|explained|explainer|guide to|"
    r"what (?:to know|you need to know|it means)|why|how|who is)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:bans?|banned|banning|fine[sd]?|blacklists?|blacklisted|outlaws?|outlawed|sanctioned|blocked|blocks (?!purchase|deal)|"
    r"barred|suspends|suspended|revokes?|revoked|cancell?ed|prohibits?|prohibited|restricts|restricted|export (?:ban|controls?|curbs?))\b",
    re.IGNORECASE,
)
_DOUBTED = re.compile(r"\b(?:says?|said|avoid|reportedly|report)\b|\?", re.IGNORECASE)
_CONTENT = re.compile(
    r"\b(?:ban|block|restrict|remov|suspend|censor|withh[eo]ld)\w*\b.{0,40}\b(?:posts?|tweets?|videos?|documentar(?:y|ies)|accounts?|articles?|content)\b",
    re.IGNORECASE,
)
"""What is taken down on a service leaves the service where it is."""


@lru_cache(maxsize=_KEPT)
def is_plain(title: str) -> bool:
    """Whether the title itself says that a measure was taken, so that a machine can hardly misread it; English words only."""
    return told_by(title) == "act" and bool(_DONE.search(title)) and not _DOUBTED.search(title)


@lru_cache(maxsize=_KEPT)
def told_by(title: str) -> Literal["act", "chance", "opinion"]:
    """`opinion` where somebody objects, asks or explains, or where one post of a service is meant; `chance` where it may come; else
    `act`. English words only.
    """
    if _ONLY_SAID.search(title) or _CONTENT.search(title):
        return "opinion"
    return "chance" if _MAY_COME.search(title) else "act"
