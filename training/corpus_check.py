"""What is wrong with corpus files: shapes, value sets, quotes that are not in the text, types without what must lie beneath them.

`python -m training.corpus_check FILE...` prints one line per finding and ends with 1 when there is any. Needs nothing but the catalogue.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TYPES = (
    *("access_restriction", "service_ban", "export_control", "sanctions_listing", "investment_restriction", "data_privacy"),
    *("licensing_regulation", "antitrust", "tariff", "divestiture", "litigation", "relief", "mitigation"),
)
ROLES = ["restricting", "targeted", "affected", "alternative", "mentioned"]
STAGES = ["rumoured", "proposed", "announced", "final", "in_force", "suspended", "rescinded"]
MODALITIES = ["asserted", "threatened", "denied", "hypothetical", "historical"]
SECTORS = ["ai", "semiconductors", "quantum", "cloud", "apps", "hardware", "enterprise_software", "devtools", "cybersecurity", "fintech"]
OFFERS = ["free_tokens", "free_credits", "price_cut", "migration_service"]
MODIFIERS = ("litigation", "relief", "mitigation")
_DAY = re.compile(r"20\d\d-[01]\d-[0-3]\d$")
_PLACE = re.compile(r"[A-Z]{2}$")


def main() -> int:
    """Check the files named on the command line."""
    providers = {p for path in (ROOT / "monitor/data/providers").glob("*.yaml") for p in yaml.safe_load(path.read_text("utf-8"))}
    bad = 0
    for name in sys.argv[1:]:
        seen: set[str] = set()
        counts: Counter[str] = Counter()
        for number, line in enumerate(Path(name).read_text("utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                found = list(findings(row, providers))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                row, found = {}, [f"not readable: {error!r}"]
            if row.get("id") in seen:
                found.append("id used before")
            seen.add(str(row.get("id")))
            counts["relevant" if any(not e.get("background") for e in row.get("events", ())) else "irrelevant"] += 1
            for text in found:
                print(f"{name}:{number} {row.get('id')}: {text}")
            bad += len(found)
        print(f"{name}: {sum(counts.values())} items ({dict(counts)})", file=sys.stderr)
    return 1 if bad else 0


def findings(row: dict[str, Any], providers: set[str]) -> Iterator[str]:
    """Everything wrong with one row."""
    for key in ("id", "story", "form", "lang", "published", "source", "title", "body", "events"):
        if key not in row:
            yield f"{key} is missing"
    if not _DAY.match(str(row["published"])[:10]):
        yield "published is no date"
    if row["source"] not in ("news", "regulator", "vendor"):
        yield f"source {row['source']!r}"
    if row["lang"] not in ["en", "zh", "zh-hant", "de", "fr", "es", "ja", "ko", "ru", "pt"]:
        yield f"lang {row['lang']!r}"
    for provider in row.get("mentioned") or ():
        if provider not in providers:
            yield f"unknown provider {provider!r}"
    if row["events"] and row["events"][0].get("background") and any(not e.get("background") for e in row["events"]):
        yield "the news of the day must come first"
    text = f"{row['title']}\n{row['body']}"
    for event in row["events"]:
        yield from _event(event, text, providers)


def _event(event: dict[str, Any], text: str, providers: set[str]) -> Iterator[str]:
    kinds, named, offers = event["types"], event.get("providers") or {}, event.get("offers") or ()
    yield from (f"type {kind!r}" for kind in kinds if kind not in TYPES)
    if not kinds or (kinds[0] in MODIFIERS and not set(kinds) - set(MODIFIERS)):
        yield f"{kinds}: a modifier needs the measure beneath"
    yield from (f"unknown provider {provider!r}" for provider in named if provider not in providers)
    yield from (f"role {role!r}" for role in named.values() if role not in ROLES)
    yield from (f"{field} {event[field]!r}" for field, known in (("stage", STAGES), ("modality", MODALITIES)) if event[field] not in known)
    yield from (f"{field}: {j!r} is no jurisdiction" for field in ("issuing", "affected") for j in event[field] if not _PLACE.match(j))
    yield from (f"sector {sector!r}" for sector in event["sectors"] if sector not in SECTORS)
    for kind, day in (event["dates"] or {}).items():
        if kind not in ("announced", "effective", "comment") or (day is not None and not _DAY.match(str(day))):
            yield f"date {kind}: {day!r}"
    yield from (f"offer {offer!r}" for offer in offers if offer["kind"] not in OFFERS or offer["provider"] not in providers)
    if not event["evidence"]:
        yield "no evidence"
    yield from (f"quote is not in the text: {quote!r}" for quote in event["evidence"] if quote not in text)


if __name__ == "__main__":
    sys.exit(main())
