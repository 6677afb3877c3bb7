"""Which language a text is in. Text and the feed's word for it come in, an ISO 639-1 code goes out.

Script decides for Chinese, Japanese and Korean, small words for plain English; a model decides for the rest, and only when there is
enough text to tell.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")
_EAST_ASIAN = re.compile(f"{_KANA.pattern}|{_HANGUL.pattern}|{_HAN.pattern}")
_WORD = re.compile(r"[^\W\d_]+")
# Small words of English that are none in the other languages, and those that some of them have as well.
_ENGLISH = frozenset(
    _WORD.findall(
        "about after against and because before been between by could during first from has how into it its more new over said should than "
        "that the their there these they this through under were what when which while who why with would your"
    )
)
_ALSO_ENGLISH = frozenset(_WORD.findall("a all an are as at be but can for had have he his in is not of on one or to was we will you"))
# The most frequent words of the others that are none of English: a text with one of them is for the model, quotations included.
_FOREIGN = frozenset(
    _WORD.findall(
        "au aux avec bir bu che com da dan das de del dem den der des det di die dos du e een ein eine el en era est et för het il ile "
        "je la las le les los mit na nicht ne non och para per por pour que qui se si som sur tak um un una und van ve voor von w yang "
        "z że"
    )
)
_LANGUAGES = [
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko",
    "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
]  # fmt: skip
_SAMPLE = 800
# So much of it is looked at for small words; most items of feeds are shorter.
_GLANCE = 400
# Below this many letters the model is wrong more often than the feed.
_ENOUGH = 60
_IS_ENOUGH = re.compile(rf"(?:[\W\d_]*+[^\W\d_]){{{_ENOUGH}}}")
_SMALL = _ENGLISH | _ALSO_ENGLISH
# What is no letter of plain English ends a word; looking up bytes costs a third of what a pattern does.
_LETTERS_ONLY = bytes(byte + 32 if 65 <= byte <= 90 else byte if 97 <= byte <= 122 else 32 for byte in range(256))
# Of 11,870 news items four of five English ones have so many small words, and none of 858 that the model takes for another language;
# at 0.15 one has.
_SMALL_WORDS, _DISTINCT = 0.2, 2
# A Chinese text about foreign firms is full of Latin names; one character says as much as three letters.
_SHARE = 0.2


def detect(text: str, hint: str) -> str:
    """The language of `text` as two letters; `hint` (`en-US`, `zh`) when the text is too short to tell."""
    sample = text[:_SAMPLE]
    if script := by_script(sample, hint):
        return script
    words = _words(sample)
    if len("".join(words)) < _ENOUGH and not _IS_ENOUGH.match(sample):
        return _code(hint)
    return "en" if _is_plain_english(words) else _modelled(sample)


def _words(sample: str) -> list[str]:
    """The words at its beginning, in lower case; none that is cut: half a word of one language is a small word of another."""
    glance = sample[:_GLANCE]
    if len(sample) > _GLANCE and sample[_GLANCE].isalpha():
        glance = glance[: max(glance.rfind(" "), glance.rfind("\n"), 0)]
    if glance.isascii():
        return glance.encode("ascii").translate(_LETTERS_ONLY).decode("ascii").split()
    return _WORD.findall(glance.lower())


def _is_plain_english(words: list[str]) -> bool:
    """Whether the small words alone tell; costs a tenth of what the model does."""
    if not _FOREIGN.isdisjoint(words):
        return False
    small = list(filter(_SMALL.__contains__, words))
    return len(small) >= _SMALL_WORDS * len(words) and len(_ENGLISH.intersection(small)) >= _DISTINCT


def by_script(text: str, hint: str) -> str | None:
    """`zh`, `ja` or `ko` when the script alone tells, else None. Needs no model; costs microseconds."""
    sample = text[:_SAMPLE]
    if sample.isascii() or not _EAST_ASIAN.search(sample):
        return None
    letters = len(_LETTER.findall(sample))
    kana, hangul, han = (len(p.findall(sample)) for p in (_KANA, _HANGUL, _HAN))
    if not letters or kana + hangul + han <= _SHARE * letters:
        return None
    # A Japanese headline may hold one kana or none; a Chinese text quotes one now and then.
    if (kana > 0.1 * (kana + han) and kana >= hangul) or (_code(hint) == "ja" and (kana or letters < _ENOUGH)):
        return "ja"
    return "ko" if hangul > han else "zh"


def _code(hint: str) -> str:
    code = re.split(r"[-_]", hint.strip().lower())[0]
    return code if re.fullmatch(r"[a-z]{2,3}", code) else "en"


def _modelled(text: str) -> str:
    return str(_model().classify(text)[0])


@cache
def _model() -> Any:
    """The model, held to languages that sources are written in: among 140 it finds creoles in headlines."""
    import py3langid

    py3langid.set_languages(_LANGUAGES)
    return py3langid
