"""What a headline says of the act: that it happened, that it may, or what somebody thinks of it.

In: a title. Out: one of three words. The reading of a text is not changed by it: it says whether the report is *news* of the act, which
an alert needs and a score does not. Reporters put the strongest words into a title; where it hedges, the text knows no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

from monitor.model import EventType

_KEPT: Final = 65_536
"""Titles that are remembered: an event that grows is merged again and again."""
# Patterns are for titles in lower case: told to ignore case, `re` tries each word of a list in full, which takes four times as long.
_MAY_COME = re.compile(
    r"\b(?:could|may|might|(?:is|are)? ?(?:likely|expected|poised|about) to|poised for|considers?|considering|"
    r"reconsiders?|sees|weigh(?:s|ing)?|mull(?:s|ing)?|"
    r"looming|possible|potential|eye(?:s|ing)|looks? to|if passed|close to|one step closer|inches closer|on (?:the )?(?:cusp|verge) of|"
    r"reported plans?|should be (?:looked|banned|blocked|restricted))\b",
)
_ONLY_SAID = re.compile(
    r"^opposition\b|^(?:\w+ ){1,3}fears?\b|"
    r"\b(?:wants?|ceo|declin(?:es?|ed) to (?:comment|say|answer)|seems? to be over|oppos(?:es?|ing)|"
    r"opposition(?! (?:leader|part(?:y|ies)|politician|figure|candidate|lawmaker|mp|member|supporter|protest|rall(?:y|ies))s?\b)|"
    r"blasts?|slams?|critici[sz](?:es?|ing)|condemns?|"
    r"accuse[sd]?|denounces?|exec(?:utive)?s? (?:says?|claims?|alleges?)|"
    r"urge[sd]?|call(?:s|ed|ing)? (?:on|for|to)|rips|lash(?:es)? out|rejects?|hits? back|objects? to|rails? against|"
    r"pressure (?:on|to|from)|under pressure|asks?|should (?:be|not)|lobb(?:y|ies)|appeals? to|defends?|explained|explainer|guide to|"
    r"what (?:to know|you need to know|it means)|why|how|who is|makes? sense|complicated)\b",
)
_DONE = re.compile(
    r"\b(?:bans?|banned|banning|bars|barring|barred|outlaws?|outlawed|forbids?|forbidden|prohibits?|prohibited|"
    r"fine[sd]?|blacklists?|blacklisted|sanctioned|blocked|blocking|blocks (?!purchase)|restricts|restricted|restricting|"
    r"suspends|suspended|halts|halted|stops|stopped|revokes|revoked|cancell?ed|cancels|removes|removed|strips|stripped|purges|rips? out|"
    r"orders|ordered|sues?|sued|suing|files? (?:an? )?(?:\w+ )?(?:law)?suit|charges|charged|hit with|upholds|upheld|"
    r"probes|probed|investigates|under investigation|"
    r"(?:opens?|launch(?:es)?) (?:an? )?(?:[\w-]+ ){0,4}?(?:probe|investigation|inquiry|review|task ?force)\b|"
    r"approves|passes|passed|adopts|adopted|signs|signed|designates|"
    r"(?:releases|issues|lays out|unveils) (?:(?:\w+ )?(?:rules?|law|list)|(?:[\w-]+ ){0,3}?executive order)|"
    r"boots|booted|ousts|ousted|kicks .* out|kicked out|axes|scraps|yanks|freezes|froze|seizes|takes control of|"
    r"(?:takes|taken) .* to court|"
    r"(?:to|will|must|agrees to) pay .*\b(?:fines?|penalt(?:y|ies)|settle\w*|claims|charges)\b|"
    r"(?<!dust )settle[sd]? (?:with|claims|charges)|pleads guilty|guilty plea|"
    r"slaps?|slapped|docks|docked|penali[sz]e[sd]|handed .*\b(?:fine|penalty)|hits .* with|vetoes|vetoed|strikes down|struck down|"
    r"curbs|limits|caps|outlawing|blacklisting|enacts|enacted|clinch(?:es|ed)|"
    r"becomes law|royal assent|takes effect|(?:comes|goes) into (?:force|effect)|kicks in|"
    r"leaves|leaving|quits|withdraws?|exits?|pulls? (?:out|plug)|shuts? (?:down|off|out)|geoblocks?|goes dark|goes offline|"
    r"(?:delays?|pauses?|postpones?|withholds?) .*\b(?:launch|rollout|release)|"
    r"to (?:end|leave|exit|quit)|ends|cuts? off|bows out|"
    r"found guilty|"
    r"export (?:ban|controls?|curbs?|restrictions?)|(?:added to|adds? .* to) .*\b(?:blacklist|entity list))\b",
)
_DOUBTED = re.compile(
    r"\b(?:says?|said|saying|avoid|reportedly|reports?|sources|plans?|planning|planned|threatens?|threatened|vows?|wins?|won|loses?|lost|"
    r"to (?:evade|skirt|dodge|circumvent|sidestep|get around)|"
    r"must face|can (?:proceed|sue)|may proceed|(?:upholds|affirms) \w+(?:'s|s') (?!ban|fine|order|law)|"
    r"(?:bans?|blocks?|laws?|orders?) (?:\w+ ){0,2}(?:violate[sd]?|illegal|unlawful|unconstitutional)|"
    r"cleared|would|if|unless|bankruptcy|new owner\w*|bids? to|tries to|trying to|fights?|despite|live|watch)\b|[?:]",
)
"""What somebody says or plans, or what the headline tells of something else, before which the act itself lies."""
_CONTENT = re.compile(
    r"^(?!.*\b(?:train\w*|mining|scrap(?:es|ing)|harvest\w*|data)\b).*\b(?:ban|block|restrict|limit|remov|suspend|censor|withh[eo]ld)\w*\b.{0,40}\b(?:posts?|tweets?|videos?|documentar(?:y|ies)|accounts?|articles?|content)\b|"
    r"\b(?:bans?|banned|blocks?|blocked|suspends?|suspended) (?:\w+ ){0,2}"
    r"(?:writers?|journalists?|bloggers?|critics?|activists?|influencers?|politicians?) from\b|"
    r"\b(?:bans?|banned|restricts?|limits?) (?:(?:ai|some|all|new|fake|certain|political|paid) )*"
    r"(?:deepfakes?|hate speech|misinformation|nudity|ads|adverts|endorsements?|hashtags?|memes?)\b|"
    r"\bno longer (?:banned|suspended|blocked) (?:on|from) (?:youtube|facebook|instagram|twitter|x|twitch|tiktok)\b|"
    r"\baccounts? (?:back|restored|reinstated)\b|\b(?:restores?|reinstates?|unbans?) (?:\w+ ){0,5}accounts?\b",
)
"""What is taken down on a service, and who is expelled from it, leaves the service where it is."""
_ACCUSED_BY_AUTHORITY = re.compile(
    r"^(?:the )?(?:(?:u\.s\.|us|eu|uk|federal|dutch|french|german|italian|irish|japanese|indian|korean) )?"
    r"(?:us|u\.s\.|eu|e\.u\.|ftc|sec|doj|cftc|cma|justice department|(?:european |competition |trade )?commission|brussels|"
    r"regulators?|watchdog) "
    r"(?:formally )?accuses?\b(?=.*\b(?:monopol|anti-?trust|breach|violat|breaking|illegal|unlawful|competition)\w*)"
)
"""An authority that accuses a firm of breaking a law has begun a case; of anybody else, and of anything else, it is talk."""
_SUPPOSED = re.compile(
    r"^(?!(?!.*\bsign(?:s|ed)\b).*\b(?:bills?|drafts?|proposals?|proposed|plans?)\b)(.*)\b(?:that|which) (?:could|may|might)\b.*$"
)
"""What may follow from an act that the headline has told before."""
_NETWORK: Final = re.compile(r"\b(?:internet|social[- ](?:media|networks?)|mobile data|messaging|messengers)\b", re.IGNORECASE)
_LISTED: Final = re.compile(r"\b(?:blacklist(?:s|ed|ing)?|(?:entity|unverified|SDN) lists?)\b", re.IGNORECASE)
_RULED: Final = re.compile(
    r"\b(judges?|courts?|jury|justices) (?:says?|said|rules?|ruled|finds?|found|holds?|decides?|declares?)\b(?! (?:for|in favou?r)\b)"
)
"""How headlines tell of a ruling."""
_GUILTY: Final = re.compile(
    r"\b(?:monopol\w+(?! (?:case|trial|suit|appeal)\b)|illegal(?:ly)?|unlawful(?:ly)?|violat\w+|broke|breach\w*|liable|misused)\b"
)
"""What a court finds of a firm; of all else that it rules most are steps of a case."""
_ONLY_A_STEP: Final = re.compile(
    r"\b(?:not|\w+n't|can|may|keep|appeals?|moot|wait|against|bans?|blocks?|laws?|orders?|rules? that|owns|fans|users)\b|\bn[o']t\b"
)
"""What lets a firm off, is about a measure or about somebody else."""
_CONTROLLED: Final = re.compile(r"\b(?:export controls?(?! (?:black)?list)|end[- ]use)\b", re.IGNORECASE)
_ENACTS: Final = re.compile(
    r"^(?!request for|draft|proposed|notice of proposed|advance notice|terminat|eas(?:e|es|ing)\b|lifting|suspen|exempt)"
    r"(?!.*\b(?:exclusions?|exempt\w*|expansion of validated)\b)(?!.*(?:; corrections?|of comment period)$).*"
    r"\b(?:additional (?:\w+ ){0,2}(?:controls|measures|sanctions)|framework for|expansion of (?!licen[cs]e exceptions?)|"
    r"impos(?:ition|ing)|prohibitions? (?:on|of)|restrict(?:ing|ions?)|adjusting imports|notice of action|"
    r"revocation of (?:\S+ ){0,2}(?:authori[sz]ations?|licen[cs]es?|exceptions?|exemptions?))\b",
    re.IGNORECASE,
)
"""How the title of an official act names a burden that it brings."""
_OF_KIND: Final[Mapping[EventType, re.Pattern[str]]] = {
    "divestiture": re.compile(r"\b(?:divest\w*|sell|sells|sale|spin off|break up|takes? control|takes? over|seizes?|nationali[sz]es?)\b"),
    "litigation": re.compile(r"\b(?:courts?|judges?|su(?:e[sd]?|ing)|(?:law)?suits?|charge[sd]?|upholds?|upheld|rul(?:es|ed|ing))\b"),
    "antitrust": re.compile(r"^(?!.*\b(?:cyber\w*|security|privacy|data protection)\b)"),
}
"""What a headline must say to tell these kinds plainly: machines give them to orders, suits and probes of every kind."""


@lru_cache(maxsize=_KEPT)
def is_plain(title: str, kind: EventType) -> bool:
    """Whether the title itself says that a measure of that kind was taken, so that a machine can hardly misread it; English words only."""
    words = _ACCUSED_BY_AUTHORITY.sub("charges", title.lower())
    fits = kind not in _OF_KIND or _OF_KIND[kind].search(words)
    if _GUILTY.search(words) and not _ONLY_A_STEP.search(words):
        words = _RULED.sub(r"\1 found guilty", words)
    return told_by(title) == "act" and bool(_DONE.search(words)) and bool(fits) and not _DOUBTED.search(words)


def enacts(title: str) -> bool:
    """Whether the title of an official act says that it brings a measure, not that it corrects, eases or asks for something."""
    return bool(_ENACTS.search(title))


def is_listing(title: str, quotes: Iterable[str]) -> bool:
    """Whether a report tells only that firms were put on a list: its title says so and nothing of controls, or every quote of it."""
    told = list(quotes)
    return (bool(_LISTED.search(title)) and not _CONTROLLED.search(title)) or (bool(told) and all(_LISTED.search(quote) for quote in told))


def names_a_network(title: str) -> bool:
    """Whether the title names the internet, or social media or messengers as a whole; English words only."""
    return bool(_NETWORK.search(title))


@lru_cache(maxsize=_KEPT)
def told_by(title: str) -> Literal["act", "chance", "opinion"]:
    """`opinion` where somebody objects, asks or explains, or where one post of a service is meant; `chance` where it may come; else
    `act`. English words only.
    """
    words = _ACCUSED_BY_AUTHORITY.sub("charges", title.lower())
    if _DONE.search(told := _SUPPOSED.sub(r"\1", words)):
        words = told
    if _ONLY_SAID.search(words) or _CONTENT.search(words):
        return "opinion"
    return "chance" if _MAY_COME.search(words) else "act"
