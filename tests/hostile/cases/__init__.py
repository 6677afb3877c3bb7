"""The cases, by group."""

from __future__ import annotations

from tests.hostile.case import Case
from tests.hostile.cases import accept, encoding, entry, healthy, http, poison, redirect, ssrf, transport, xml

GROUPS: dict[str, tuple[Case, ...]] = {
    "accept": accept.CASES,
    "transport": transport.CASES,
    "encoding": encoding.CASES,
    "redirect": redirect.CASES,
    "ssrf": ssrf.CASES,
    "http": http.CASES,
    "xml": xml.CASES,
    "entry": entry.CASES,
    "poison": poison.CASES,
    "healthy": healthy.CASES,
}
