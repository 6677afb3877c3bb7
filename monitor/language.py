"""Which language a text is in. Text and the feed's word for it come in, an ISO 639-1 code goes out.

Script decides for Chinese, Japanese and Korean; a model decides for the rest, and only when there is enough text to tell.
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
_LANGUAGES = [
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko",
    "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
]  # fmt: skip
_SAMPLE = 800
# Below this many letters the model is wrong more often than the feed.
_ENOUGH = 60
_IS_ENOUGH = re.compile(rf"(?:[\W\d_]*+[^\W\d_]){{{_ENOUGH}}}")
# A Chinese text about foreign firms is full of Latin names; one character says as much as three letters.
_SHARE = 0.2


def detect(text: str, hint: str) -> str:
    """The language of `text` as two letters; `hint` (`en-US`, `zh`) when the text is too short to tell."""
    sample = text[:_SAMPLE]
    return by_script(sample, hint) or (_modelled(sample) if _IS_ENOUGH.match(sample) else _code(hint))


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
