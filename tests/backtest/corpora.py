"""A small invented corpus: a ban told by several sites, what is told beside it, and a gazette's document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def item(site: str, at: str, title: str, summary: str, **more: Any) -> Row:
    """A news item of one site."""
    slug = title.lower().replace(" ", "-")
    feed = f"https://{site}.example/rss"
    return {
        "feed": feed,
        "title": title,
        "summary": summary,
        "url": f"https://{site}.example/{slug}",
        "published": at,
        "lang": "en",
        **more,
    }


BAN = [
    item(
        "alpha", "2031-03-04T10:10:00+00:00", "Norway bans TikTok from government computers",
        "Norway's government has banned TikTok from all devices of ministries with immediate effect, the justice minister said on Tuesday.",
    ),
    item(
        "beta", "2031-03-04T12:40:00+00:00", "TikTok barred from Norwegian ministries",
        "The Norwegian government banned the use of TikTok on its computers today, citing the national security authority.",
    ),
    item(
        "gamma", "2031-03-04T15:00:00+00:00", "TikTok banned by Norway's government",
        "TikTok may no longer be installed on computers of the state, the government of Norway announced.",
    ),
]  # fmt: skip
BESIDE = [
    item("beta", "2031-03-04T13:40:00+00:00", "TikTok presents a new whiteboard", "The company showed new tools for teachers."),
    item("delta", "2031-03-05T09:00:00+00:00", "Rain expected in the north", "Clouds gather over the coast."),
]
GAZETTE = {
    "document_number": "2031-04999", "title": "Importation of Fresh Pears", "publication_date": "2031-03-05",
    "html_url": "https://www.federalregister.gov/documents/2031/03/05/2031-04999/pears", "abstract": "We are amending the regulations.",
}  # fmt: skip
TRUTH = """
events:
  - id: tiktok-norway
    what: Norway bans TikTok from its ministries.
    day: 2031-03-04
    providers: [bytedance]
    types: [service_ban]
    issuing: [NO]
    affected: [NO]
    effective: 2031-03-10
    source: invented
    words: [TikTok, [Norway, Norwegian], [ban, bar]]
"""


def written(folder: Path, rows: Iterable[Row], name: str = "corpus.jsonl") -> str:
    """The rows as a file of JSON lines."""
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)
