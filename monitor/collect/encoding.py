"""From bytes to text, whatever the labels say. A body and its labels come in, a string without characters XML forbids goes out.

Foreign names never reach the codec registry: only the encodings of the table are known, under the names people use for them.
"""

from __future__ import annotations

import codecs
import re

# Labels as sites write them -> the widest codec of that family (gb2312 pages hold gb18030 characters, latin-1 pages hold cp1252).
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "cp1252", "ascii": "cp1252",
    "utf-16": "utf-16", "utf16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "utf-32": "utf-32", "utf-32le": "utf-32-le", "utf-32be": "utf-32-be",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "windows-1252": "cp1252", "cp1252": "cp1252",
    "iso-8859-2": "iso8859-2", "windows-1250": "cp1250", "iso-8859-15": "iso8859-15", "iso-8859-9": "cp1254", "windows-1254": "cp1254",
    "windows-1251": "cp1251", "cp1251": "cp1251", "koi8-r": "koi8-r", "iso-8859-5": "iso8859-5",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_BARE = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_UNLABELLED = {"zh": "gb18030", "ja": "cp932", "ko": "cp949", "ru": "cp1251"}
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_EVERYDAY_HAN = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
# Japanese has kana and Korean hardly anything but syllables, however their bytes could be read as Chinese.
_SCRIPTS = (
    ("euc_jp", re.compile("[\u3041-\u30fa]"), 0.25),
    ("cp932", re.compile("[\u3041-\u30fa]"), 0.25),
    ("cp949", re.compile("[\uac00-\ud7a3]"), 0.9),
)
_SAMPLE = 10
# Two or three characters of GBK can be valid UTF-8 by chance (the Chinese name of China Unicom is); four never are.
_PROOF = 4


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error("monitor.cp1252", _as_cp1252)


def text_of(body: bytes, content_type: str, language: str = "") -> str:
    """`body` as text: byte order mark, then labels that fit, then UTF-8 with stray bytes read as Windows-1252.

    `language` of the source decides for unlabelled bytes that are no UTF-8.
    """
    text = _decoded(body, content_type, language)
    # In every encoding of the table a control character is a control byte; looking at characters takes ten times as long.
    if len(body.translate(None, _CONTROLS)) < len(body) or "\ufffe" in text or "\uffff" in text:
        text = _FORBIDDEN.sub("", text)
    return text.removeprefix("\ufeff")


def may_be_utf8(body: bytes, content_type: str) -> bool:
    """Whether neither mark nor label contradicts UTF-8: `text_of` reads such a body as UTF-8 if it is valid."""
    if body.startswith(codecs.BOM_UTF8):
        return True
    known = {_CODECS.get(label.lower(), "") for label in (_charset(content_type), *_labels_inside(body))}
    return known <= {"", "utf-8", "cp1252"}


def _decoded(body: bytes, content_type: str, language: str) -> str:
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    for start, codec in _BARE:
        if body.lstrip(b" \t\r\n").startswith(start):
            return body.decode(codec, "replace")
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and _is_proven(utf8, len(body) - len(utf8)):
        return utf8
    for label in (_charset(content_type), *_labels_inside(body)):
        codec = _CODECS.get(label.lower(), "")
        if codec not in ("", "utf-8", "cp1252") and (text := _strict(body, codec)) is not None:
            return text
    if utf8 is not None:
        return utf8
    guess = _strict(body, _UNLABELLED.get(language[:2]) or _east_asian(body) or "utf-8")
    return guess if guess is not None else _western(body)


def _western(body: bytes) -> str:
    """`body` as UTF-8 with stray bytes of Windows-1252, or all of it as Windows-1252 when strays are the rule.

    Two or three of its letters in a row can be valid UTF-8 by chance: `\xe9\xa0\xbb` are a letter, a space and a quotation mark in French.
    """
    mixed, valid = body.decode("utf-8", "monitor.cp1252"), body.decode("utf-8", "ignore")
    strays = len(mixed) - len(valid)
    return body.decode("cp1252", "replace") if strays > sum(c > "\x7f" for c in valid) else mixed


def _is_proven(utf8: str, more_bytes: int) -> bool:
    """Whether enough of `utf8` lies beyond ASCII; such a character has one to three bytes more than one, so few need counting."""
    return more_bytes > 3 * (_PROOF - 1) or (more_bytes >= _PROOF and len(utf8) - len(utf8.encode("ascii", "ignore")) >= _PROOF)


def _east_asian(body: bytes) -> str:
    """The codec of unlabelled bytes that read as everyday Japanese, Korean or Chinese; empty when they read as none."""
    for codec, script, share in _SCRIPTS:
        text = _strict(body, codec) or ""
        beyond = sum(c > "\x7f" for c in text[:50_000])
        if beyond >= _SAMPLE and len(script.findall(text[:50_000])) > share * beyond:
            return codec
    high = sum(byte > 0x7F for byte in body[:100_000])
    # Everyday characters of GB 2312 come in pairs of bytes; accented letters stand alone.
    return "gb18030" if 2 * len(_EVERYDAY_HAN.findall(body[:100_000])) > 0.5 * high else ""


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeError:
        return None


def _charset(content_type: str) -> str:
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    return match[1] if match else ""


def _labels_inside(body: bytes) -> list[str]:
    head = body[:2048]
    return [m[1].decode("ascii") for m in (_DECLARED.search(head), _META.search(head)) if m]
