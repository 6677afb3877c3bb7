"""Which part of a federation a headline names: a title and who issues the measure come in, names of states or provinces go out.

A law of Utah and a law of Arkansas are both told as measures of the United States on the same sector; they are two measures.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from monitor.model import Jurisdiction

_KEPT: Final = 65_536
"""Titles that are remembered: an event that grows is merged again and again."""
_PARTS: Final[dict[Jurisdiction, str]] = {
    "US": (
        "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|"
        "Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
        "New Hampshire|New Jersey|New Mexico|New York(?! (?:Times|Post|Fed|Stock Exchange))|North Carolina|North Dakota|Ohio|Oklahoma|"
        "Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas(?! Instruments)|Utah|Vermont|West Virginia|"
        "Virginia|Washington state|Wisconsin|Wyoming"
    ),
    "CA": "Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland|Nova Scotia|Ontario|Quebec|Saskatchewan",
    "AU": "New South Wales|Queensland|South Australia|Tasmania|Western Australia",
    "DE": "Baden-Württemberg|Bavaria|Brandenburg|Hamburg|Hesse|Lower Saxony|Saxony|Schleswig-Holstein|Thuringia",
    "IN": (
        "Andhra Pradesh|Assam|Bihar|Gujarat|Haryana|Jammu|Karnataka|Kashmir|Kerala|Maharashtra|Manipur|Punjab|Rajasthan|Tamil Nadu|"
        "Telangana|Uttar Pradesh|West Bengal"
    ),
}
"""States and provinces by their English names (ISO 3166-2), without what headlines mostly use for a capital, a country or a person."""
_OTHERWISE: Final = r"(?!-based| (?:carriers|man|woman|mother|father|City|Avenue|Roadhouse)\b)"
"""What behind a part's name makes it another name, or where somebody lives."""
_PATTERNS: Final = {federation: re.compile(rf"(?<!in )\b(?:{names})\b{_OTHERWISE}") for federation, names in _PARTS.items()}
_OF_ALL: Final = re.compile(
    r"\b(?:US|U\.S\.|FTC|FCC|SEC|DOJ|Congress|Supreme Court|White House|[Ff]ederal|"
    r"(?:\d+|[Dd]ozens of|[Oo]ther|[Mm]any|[Ss]everal|[Mm]ore) (?:US )?[Ss]tates)\b"
)
"""What acts for the whole federation, or for many parts of it: then a part named beside is a scene or one of many."""
_NONE: Final[tuple[str, ...]] = ()


@lru_cache(maxsize=_KEPT)
def parts_named(title: str, issuing: tuple[Jurisdiction, ...]) -> tuple[str, ...]:
    """The parts of the issuing federation that the title names, ordered; none where several powers issue, or it is no federation."""
    pattern = _PATTERNS.get(issuing[0]) if len(issuing) == 1 else None
    if pattern is None or _OF_ALL.search(title):
        return _NONE
    return tuple(sorted(set(pattern.findall(title))))
