"""Which place a whole name means, as lists of countries write it: a name comes in, a code or None goes out.

All names of the catalogue's places and of ISO 3166-1, and what vendors write instead. Texts are read by other means: there a name
stands among words, here it is all there is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from monitor.catalog.providers import load_catalog

PlaceNamed = Callable[[str], str | None]

# What neither the catalogue nor ISO spells this way.
_OTHERWISE = {
    "BN": ("Brunei",), "BO": ("Bolivia",), "CC": ("Cocos Islands", "Keeling Islands"), "CD": (
        "Congo-Kinshasa", "Congo (Kinshasa)", "Congo (DRC)", "DR Congo", "DRC", "Democratic Republic of the Congo", "Congo DR",
    ), "CG": ("Congo-Brazzaville", "Congo (Brazzaville)", "Republic of the Congo", "Congo (Republic)"),
    "CI": ("Ivory Coast", "Cote d Ivoire"), "CV": ("Cape Verde",), "CZ": ("Czech Republic",), "FK": ("Falkland Islands", "Malvinas"),
    "FM": ("Micronesia",), "HK": ("Hong Kong SAR", "Hong Kong SAR, China", "Hong Kong, China", "Hong Kong S.A.R.", "Hong Kong SAR China"),
    "HM": ("Heard and McDonald Islands",), "KN": ("St. Kitts and Nevis",), "KP": ("Korea (North)", "Korea, North"),
    "KR": ("Korea (South)", "Korea, South"), "LC": ("St. Lucia",), "MF": ("Saint Martin", "St. Martin", "Saint Martin (France)"),
    "MK": ("Macedonia", "FYROM"), "MM": ("Burma",), "MO": ("Macau", "Macao SAR", "Macau SAR", "Macao, China", "Macao SAR, China"),
    "PM": ("St. Pierre and Miquelon",), "PN": ("Pitcairn Islands",), "PS": ("Palestine", "Palestinian Territories"), "SH": (
        "Saint Helena", "St. Helena",
    ), "ST": ("Sao Tome & Principe",), "SX": ("Sint Maarten",), "SZ": ("Swaziland",), "TL": ("East Timor",), "TR": ("Turkey", "Türkiye"),
    "TW": ("Taiwan, China", "Taiwan, Republic of China", "Taiwan (ROC)"), "VA": ("Vatican", "Vatican City", "Holy See"),
    "VC": ("St. Vincent and the Grenadines",), "VG": ("British Virgin Islands",), "VI": ("US Virgin Islands", "U.S. Virgin Islands"),
}  # fmt: skip
# Names that mean another place with what stands in brackets behind them.
_SHARED = frozenset({"congo", "korea", "virgin islands", "saint martin", "sudan", "ireland", "cyprus", "guinea", "china", "samoa", "timor"})
_BRACKETS = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_FOOTNOTE = re.compile(r"[*†‡§¹²³⁴⁵]+|(?<=[^\W\d_])\d{1,2}$")


@cache
def place_named() -> PlaceNamed:
    """Gives the code of the place that a whole name means; None for a name that means none, or more than one."""
    import pycountry

    codes: dict[str, str | None] = {}

    def add(code: str, names: Iterable[str]) -> None:
        for name in filter(None, map(_plain, names)):
            codes[name] = code if codes.setdefault(name, code) == code else None

    for place in load_catalog().places.values():
        add(place.id, (*place.en, *place.zh))
    for country in pycountry.countries:
        official = (getattr(country, name, "") for name in ("name", "common_name", "official_name"))
        add(country.alpha_2, official)
    for code, names in _OTHERWISE.items():
        for name in map(_plain, names):
            codes[name] = code

    def code_of(name: str) -> str | None:
        whole = _plain(name)
        if whole in codes:
            return codes[whole]
        short = _plain(_BRACKETS.sub("", name))
        return None if short in _SHARED else codes.get(short)

    return code_of


def _plain(name: str) -> str:
    """The name without accents, case, marks and the words that come and go."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", _FOOTNOTE.sub("", name.strip())) if not unicodedata.combining(c))
    words = re.sub(r"[\W_]+", " ", re.sub(r"['’.]", "", bare.casefold().replace("&", " and "))).split()
    words = words[1:] if words[:1] == ["the"] else words
    return " ".join("saint" if word == "st" else word for word in words)
