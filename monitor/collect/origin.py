"""Who told it first, as far as the text says. An entry and its text come in, a group name goes out.

Members of one group count as one voice: copies of a wire story are no corroboration, wherever they appear.
"""

from __future__ import annotations

import re

from monitor.model import Entry, Source

_HEAD, _TAIL = 300, 200
# Per wire: names that are a credit wherever they stand, and names that need the form of a credit around them.
_WIRES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reuters": (("路透社", "ロイター", "로이터"), ("Reuters", "Thomson Reuters")),
    "ap": (("美联社",), ("AP", "Associated Press")),
    "afp": (("法新社",), ("AFP", "Agence France-Presse")),
    "bloomberg": (("彭博社", "彭博新闻"), ("Bloomberg", "Bloomberg News")),
    "dpa": (("德新社",), ("dpa", "dpa-AFX")),
    "kyodo": (("共同社", "共同通信"), ("Kyodo", "Kyodo News")),
    "jiji": (("时事社", "時事通信"), ("Jiji", "Jiji Press")),
    "yonhap": (("韩联社", "연합뉴스"), ("Yonhap", "Yonhap News", "Yonhap News Agency")),
    "xinhua": (("新华社", "新華社"), ("Xinhua", "Xinhua News Agency")),
    "cls": (("财联社",), ("Cailian Press", "Cailianshe")),
    "cns": (("中新社", "中国新闻社", "中新网"), ("China News Service", "CNS")),
    "efe": (("埃菲社",), ("EFE",)),
    "ansa": (("安莎社",), ("ANSA",)),
    "tass": (("塔斯社",), ("TASS", "ITAR-TASS")),
    "interfax": (("国际文传",), ("Interfax",)),
    "pti": ((), ("PTI", "Press Trust of India")),
    "ians": ((), ("IANS",)),
    "pa": ((), ("PA Media", "Press Association")),
    "prnewswire": (("美通社",), ("PRNewswire", "PR Newswire")),
    "businesswire": (("美国商业资讯",), ("Business Wire",)),
    "globenewswire": ((), ("GlobeNewswire",)),
}
_ALONE = {name: wire for wire, (alone, _) in _WIRES.items() for name in alone}
_NAMES = {name.casefold(): wire for wire, (_, names) in _WIRES.items() for name in names}
_SPELLINGS = {spelling for _, names in _WIRES.values() for name in names for spelling in (name, name.upper()) if spelling != "DPA"}
# A match in ASCII has one of these for a word of its own, and to look for words costs a twentieth of looking for a match.
_STEMS = frozenset(re.split(r"\W", name)[0].encode() for name in _SPELLINGS)
_WORDS_ONLY = bytes(byte if chr(byte).isascii() and (chr(byte).isalnum() or byte == 95) else 32 for byte in range(256))
_ANY = re.compile(
    "|".join(map(re.escape, _ALONE)) + r"|\b(?:" + "|".join(map(re.escape, sorted(_SPELLINGS, key=lambda n: (-len(n), n)))) + r")\b"
)
_BRACKET = re.compile(r"[(（\[]\s*$")
_CLOSING = re.compile(r"\s*[)）\]/]")
_LINE_START = re.compile(r"(?:^|\n)\W*$")
_DASH = re.compile(r"\s*[—–:：|/-]")
_SPOKEN_DASH = re.compile(r"\s+[—–-]{1,2}\s")
_BYLINE = re.compile(r"(?:©|\(c\)|\b[Bb]y|\b[Ss]ource:|\b[Vv]ia|来源[:：]|\s[—–-])\s*(?:The )?$")
_CREW = re.compile(r"\s+(?:contributed|journalists?\b|staff\b)")
_PICTURE = re.compile(r"(?:image|photo|picture|file)\b[^\n]{0,40}$", re.IGNORECASE)
_VERB = re.compile(r"\s+\w+(?:ed|s)\b")


def origin_group(source: Source, entry: Entry, text: str) -> str:
    """`wire:<id>` of a credited wire, else the publisher an aggregator names, else the family of the source."""
    named = entry.origin_publisher.strip() or source.publisher
    wire = credited_wire(text) or _author_wire(entry.author) or _NAMES.get(named.casefold())
    return f"wire:{wire}" if wire else entry.origin_publisher.strip() or source.family or source.publisher


def credited_wire(text: str) -> str | None:
    """The wire that the head of `text` credits, or else its tail."""
    head, tail = text[:_HEAD], text[_HEAD:][-_TAIL:]
    both = f"{head}\n{tail}"
    if both.isascii() and _STEMS.isdisjoint(both.encode("ascii").translate(_WORDS_ONLY).split()):
        return None
    for part in (head, tail):
        for match in _ANY.finditer(part):
            name, before, after = match[0], part[: match.start()], part[match.end() :]
            if name in _ALONE or _is_credit(name, before, after):
                return _ALONE.get(name) or _NAMES[name.casefold()]
    return None


def _is_credit(name: str, before: str, after: str) -> bool:
    """Whether `name` stands where wires are credited: in brackets, before a dash, as a byline, in capitals; never under a picture."""
    if _PICTURE.search(before[-60:]):
        return False
    return bool(
        (_BRACKET.search(before) and _CLOSING.match(after))
        or (_LINE_START.search(before) and _DASH.match(after))
        or _SPOKEN_DASH.match(after)
        or (_BYLINE.search(before) and not _VERB.match(after))
        or _CREW.match(after)
        or (name.isupper() and len(name) > 4)
    )


def _author_wire(author: str) -> str | None:
    if not author:
        return None
    words = re.split(r"\s*(?:,|;|\||/|\band\b|\bwith\b|[()])\s*", author.strip())
    return next((_NAMES[w.casefold()] for w in words if w.casefold() in _NAMES), None)
