"""What of a page can be news. A page's text comes in, passages with the key they are compared by go out.

Two passages with one key say the same. Stamps, counters, buttons and banners are no passages.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

# Longer rows are cut like prose; a shorter one is read and compared as a whole.
_LONG_ROW = 160
# A sentence as short as this says nothing alone ("No."): it stays with the one before it.
_SHORT_SENTENCE = 12
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!Inc\.)(?<!Ltd\.)(?<!(?<![?!.]\s)\bNo\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bvs\.)(?<!Art\.)\s+(?=[\"“'(\[]?[A-Z])|(?<=[。！？；])"
)
# Items that a sentence counts off, so that they are the same passages as on lines of their own.
_ITEM = re.compile(r"(?:(?<=[:;,])|(?<=[;,] or)|(?<=[;,] and))\s+(?=\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)\s)")
# Names that a line lists, and no sentence: each can come and go alone. A Chinese comma parts clauses.
_COMMA = re.compile(r"\s*[,;、；]\s*(?:(?:and|or|und|et|y|e|以及|和)\s+)?")
_NAMES, _NAME_CHARS = 20, 45
_NUMBERING = re.compile(r"^(?:- )?\s*(?:\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5})[.)]|\d{1,3}(?:\.\d{1,3})+|§\s*\d+)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+|[$€£¥%+]")

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}}\.?,?\s+)?(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}|"
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号])"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)?\s*(?:utc|gmt|z|[ecmp][sd]?t)?"
_AGO = (
    r"\b(?:an?|one|two|three|\d{1,4})\s+(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?\s+ago|just now|"
    r"(?:刚刚|\d{1,4}\s*(?:秒|分钟|小时|天|周|个月)前)"
)
_COUNTS = (
    r"(?<!\d)\d[\d,.]{0,15}\s*[km]?\s*(?:views?|likes?|shares?|comments?|followers?|readers?|downloads?|visits?|visitors?|votes?|reactions?|"
    r"people (?:are )?(?:viewing|online|reading)|users? online|次(?:浏览|阅读|访问)|人(?:阅读|在看|点赞))|"
    r"(?:浏览|阅读|点击)(?:量|次数|数)?[:：]?\s*\d[\d,]{0,15}"
)
_NONCE = r"\b(?=[0-9a-f-]{0,35}\d)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[a-f]{0,40}\d)[0-9a-f]{16,128}\b"
# Guards of mail addresses hide them on some visits; link hints and keys depend on the browser.
_ADDRESS = r"\[email\s*protected\]|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}|\(opens in (?:a )?new (?:window|tab)\)"
_VOLATILE = re.compile(rf"{_AGO}|{_COUNTS}|{_NONCE}|{_ADDRESS}", re.IGNORECASE)
# Zeros before a number, and the ending of an ordinal.
_FIGURE_STYLE = re.compile(r"(?<!\d)0+(?=\d)|(?<=\d)(?:st|nd|rd|th)\b")
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]\.){2,}")
DATED = re.compile(_DATE, re.IGNORECASE)
_WHEN = re.compile(
    rf"{_DATE}|{_AGO}|{_COUNTS}|{_NONCE}|{_CLOCK}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|星期[一二三四五六日天]", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")

# What is noise once dates, clocks and counts are taken out: stamps, counters, buttons.
_NOISE = re.compile(
    r"(?:(?:page |this page )?(?:was )?last (?:updated|modified|revised|reviewed|changed|refreshed|generated)\b.{0,40}"
    r"|(?:page |date )?(?:updated|modified|revised|reviewed|changed|refreshed|generated|rendered|retrieved|published|posted)(?: on| at)?"
    r"|(?:最后)?(?:更新|修订|发布)(?:时间|日期|于)?"
    r"|(?:today|now|current date|current time|local time|the time)(?: is)?|今天是?|现在是?|当前时间|北京时间"
    r"|(?:displaying|showing|results?|page|items?)[\d\s,–-]*(?:to[\d\s,]*)?(?:of|/)[\s\d,]*(?:results?|items?|entries|articles?)?"
    r"|[\d\s,]+(?:results?|items?|entries|articles?|documents?|records?)(?: found)?|第?[\d\s/]*页|共[\d\s]*(?:页|条)"
    r"|(?:©|\(c\)|copyright\s+(?:©|\(c\)|\d)|版权所有).{0,120}"
    r"|(?:request|session|trace|ray|reference|incident|correlation|visitor)\s*(?:id|no|number|#)\W.{0,120}"
    r"|(?:current |go to )?(?:next|previous|prev|first|last)(?: page)?|(?:current |go to )?page[\s\d]*"
    r"|(?:read|see|show|view|load|learn) (?:more|less|all)|back to top|skip to (?:main )?content|loading|(?:print|share|copy|email)"
    r"(?: (?:this )?(?:page|link|article))?|on this page|table of contents|was this (?:page|article|helpful).{0,40}|close|menu"
    r"|search|(?:accept|reject|allow|decline)(?: all)?(?: cookies)?|(?:manage |cookie )(?:preferences|settings|choices)"
    r"|\d+\s*min(?:ute)?s?(?: read)?"
    r"|(?:(?:ctrl|cmd|command|alt|shift|⌘|⌥|⇧)\W?){1,3}[a-z\d]|(?:select )?language|download(?: pdf| as pdf)?|home"
    r"|(?:version\W*)?(?:latest)?|yes\s?no"
    r"|(?:\W*\(?(?:[a-z]|[ivx]{1,5})\)?)|(?:play|watch|pause)(?: (?:the )?(?:video|film))?"
    r"|(?:(?:in )?other )?languages?(?: versions?)?|(?:[^\W\d_]{2,20} ?\([a-z]{2}-[a-z]{2}\)?\s*){1,40}"
    r"|english|fran[çc]ais|deutsch|español|italiano|português|日本語|한국어|中文|(?:简体|繁體|繁体)中文|русский"
    r"|(?:ai )?assistant|(?:responses|answers) (?:are|may be) generated (?:using|by|with) ai\b.{0,60}"
    r"|(?:we|(?:this|our) (?:web)?site)\s+uses?\s+cookies\b.{0,300}\b(?:accept|agree|consent|settings|preferences|continu).{0,200})",
    re.IGNORECASE,
)
_EDGES = " \t.。,;:：·|/…«»‹›<>→←*-–—()[]"
# The rows under such a heading rotate.
_ROTATING = re.compile(
    r"(?:related|recommended|popular|trending|featured|suggested|similar|most (?:read|popular|viewed))"
    r"(?: (?:articles?|posts?|stories|content|news|links?|pages?|topics?|reading|resources|for you))?|"
    r"(?:you (?:may|might) also (?:like|be interested in)|"
    r"more (?:from|stories|news|articles).{0,40}|"
    r"keep reading|read next|up next)|(?:相关|推荐|热门|延伸)(?:阅读|新闻|文章|内容|链接|推荐)|猜你喜欢",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """A row, a heading, or a sentence; `run` numbers the runs of rows, 0 outside of one; `heading` is what stands before the row's run."""

    text: str
    key: str
    run: int = 0
    heading: Passage | None = None

    @property
    def is_dated_row(self) -> bool:
        """Whether it is a row that names a day, as rows of news do."""
        return self.run > 0 and DATED.search(self.text) is not None


def passages(text: str) -> Iterator[Passage]:
    """The passages of a page's `text` in order, without rotating lists and noise."""
    run, in_list, rotating = 0, False, False
    heading: Passage | None = None
    for line in text.split("\n"):
        is_row = line.startswith("- ")
        run += is_row and not in_list
        in_list = is_row
        rotating = _ROTATING.fullmatch(line.strip(" :：")) is not None or (rotating and is_row)
        if rotating or _is_noise(line):
            continue
        for part in (line,) if is_row and len(line) <= _LONG_ROW else _cut(line):
            said = part.strip()
            if (key := key_of(said)) and not _is_noise(said):
                passage = Passage(said, key, run, heading) if is_row else Passage(said, key)
                heading = heading if is_row else passage
                yield passage


def _cut(line: str) -> Iterator[str]:
    """A line as its sentences, their items, or the names that it lists."""
    for sentence in _sentences(line):
        names = _COMMA.split(sentence)
        if len(names) >= _NAMES and "，" not in sentence and sum(len(name) > _NAME_CHARS for name in names) <= len(names) / _NAMES:
            yield from names
        else:
            yield from _ITEM.split(sentence)


def _sentences(line: str) -> Iterator[str]:
    said = ""
    for sentence in filter(None, _SENTENCE.split(line)):
        if said and len(sentence) > _SHORT_SENTENCE:
            yield said
            said = sentence
        else:
            said = f"{said} {sentence}".strip()
    yield said


def key_of(passage: str) -> str:
    """What two passages that say the same have in common: their words, without numbering, counters, ages, nonces, case and punctuation."""
    plain = unicodedata.normalize("NFKC", passage)
    plain = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), _NUMBERING.sub("", plain))
    masked = _FIGURE_STYLE.sub("", _VOLATILE.sub(" ", plain).casefold())
    return " ".join(_WORD.findall(masked))


def _is_noise(passage: str) -> bool:
    rest = " ".join(_WHEN.sub(" ", passage[:1_000]).split()).strip(_EDGES)
    return not _LETTER.search(rest) or _NOISE.fullmatch(rest) is not None


def counted(text: str) -> Counter[str]:
    """How often each passage stands in `text`, by key."""
    return Counter(passage.key for passage in passages(text))
