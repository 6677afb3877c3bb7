"""Who told it first, as far as the text says. An entry and its text come in, a group name goes out.

Members of one group count as one voice: copies of a wire story are no corroboration, wherever they appear.
"""

from __future__ import annotations

import re

from monitor.model import Entry, Source

_HEAD, _TAIL = 300, 200
# Per wire: names that stand for it alone, and names that need the form of a credit around them.
_WIRES: dict[str, tuple[str, str]] = {
    "reuters": (r"路透社|ロイター|로이터", "Reuters|Thomson Reuters"),
    "ap": (r"美联社", "AP|Associated Press|The Associated Press"),
    "afp": (r"法新社", "AFP|Agence France-Presse"),
    "bloomberg": (r"彭博社|彭博新闻", "Bloomberg|Bloomberg News"),
    "dpa": (r"德新社", "dpa|dpa-AFX"),
    "kyodo": (r"共同社|共同通信", "Kyodo|Kyodo News"),
    "jiji": (r"时事社|時事通信", "Jiji|Jiji Press"),
    "yonhap": (r"韩联社|연합뉴스", "Yonhap|Yonhap News|Yonhap News Agency"),
    "xinhua": (r"新华社|新華社|新华网", "Xinhua|Xinhua News Agency"),
    "cls": (r"财联社", "Cailian Press|Cailianshe"),
    "cns": (r"中新社|中国新闻社|中新网", "China News Service|CNS"),
    "efe": (r"埃菲社", "EFE"),
    "ansa": (r"安莎社", "ANSA"),
    "tass": (r"塔斯社", "TASS|ITAR-TASS"),
    "interfax": (r"国际文传", "Interfax"),
    "pti": (r"印报托", "PTI|Press Trust of India"),
    "ians": (r"印亚社", "IANS"),
    "pa": (r"英国报联社", "PA Media|Press Association"),
    "prnewswire": (r"美通社", "PRNewswire|PR Newswire"),
    "businesswire": (r"美国商业资讯", "Business Wire|BUSINESS WIRE"),
    "globenewswire": ("GLOBE ?NEWSWIRE", "GlobeNewswire|GlobeNewsWire"),
}


def _credit(names: str) -> str:
    upper = "|".join(sorted({n.upper() for n in names.split("|") if len(n) > 4}, key=len, reverse=True))
    shouted = rf"|\b(?:{upper})\b" if upper else ""
    return (
        rf"[(（\[](?:{names})[)）\]/]|(?:^|\n)\W*(?:{names})\s*[—–:：/|-]|(?:^|[\s,.])(?:{names})\s+[—–-]{{1,2}}\s"
        rf"|(?:©|\(c\)|\b[Bb]y|\b[Ss]ource:|\b[Vv]ia|来源：|来源:|[—–-])\s*(?:{names})\b(?!\s+\w+ed\b)"
        rf"|\b(?:{names})\s+(?:contributed|journalists?|staff)\b{shouted}"
    )


_CREDITS = tuple((wire, re.compile(f"{alone}|{_credit(names)}")) for wire, (alone, names) in _WIRES.items())
_NAMES = {name.casefold(): wire for wire, (_, names) in _WIRES.items() for name in names.split("|")}


def origin_group(source: Source, entry: Entry, text: str) -> str:
    """`wire:<id>` of a credited wire, else the publisher an aggregator names, else the family of the source."""
    named = entry.origin_publisher.strip() or source.publisher
    wire = credited_wire(text) or _author_wire(entry.author) or _NAMES.get(named.casefold())
    return f"wire:{wire}" if wire else entry.origin_publisher.strip() or source.family or source.publisher


def credited_wire(text: str) -> str | None:
    """The wire that the head of `text` credits, or else its tail."""
    for part in (text[:_HEAD], text[_HEAD:][-_TAIL:]):
        found = [(match.start(), wire) for wire, pattern in _CREDITS if (match := pattern.search(part))]
        if found:
            return min(found)[1]
    return None


def _author_wire(author: str) -> str | None:
    words = re.split(r"\s*(?:,|;|\||/|\band\b|\bwith\b|[()])\s*", author.strip())
    return next((_NAMES[w.casefold()] for w in words if w.casefold() in _NAMES), None)
