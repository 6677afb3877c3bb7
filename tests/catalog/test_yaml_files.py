"""A bad file is refused with its line and with what to write instead; a good one comes back as nouns."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.catalog import load_catalog, load_inventory, load_sources
from monitor.errors import ConfigError

GOOD_SOURCE = """sources:
  - id: example-news
    name: Example News
    url: https://news.example/rss
    kind: news
    publisher: Example Media
    jurisdiction: NO
    language: en
    reliability: high
    interval: 45m
    why: long-standing newsroom
"""


def feeds(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(text, "utf-8")
    return path


def test_source_with_defaults(tmp_path: Path) -> None:
    (source,) = load_sources(feeds(tmp_path, GOOD_SOURCE))
    assert source.family == "Example Media"
    assert source.interval_s == 45 * 60
    assert source.format == "feed"
    assert source.jurisdiction == "NO", "Norway's code must not turn into a boolean"


BAD_FEEDS = [
    pytest.param(GOOD_SOURCE.replace("kind: news", "kind: newz"), 5, "use one of: 'regulator', 'news'", id="unknown kind"),
    pytest.param(GOOD_SOURCE + "    colour: red\n", 12, "unknown key 'colour'; allowed are:", id="unknown key"),
    pytest.param(GOOD_SOURCE.replace("45m", "soon"), 10, "write e.g. 30m", id="bad interval"),
    pytest.param(GOOD_SOURCE.replace("https://news.example/rss", "ftp://news.example"), 4, "http:// or https://", id="bad scheme"),
    pytest.param(GOOD_SOURCE.replace("https://", "https://me:secret@"), 4, "credentials", id="credentials in the address"),
    pytest.param(GOOD_SOURCE + GOOD_SOURCE.removeprefix("sources:\n"), 12, "stands twice (first in line 2)", id="double id"),
    pytest.param(GOOD_SOURCE + "    id: again\n", 12, "key 'id' stands twice", id="double key"),
    pytest.param(GOOD_SOURCE.replace("    name: Example News\n", ""), 2, "name: is missing", id="missing name"),
    pytest.param("sources: []\n", 1, "add at least one source", id="no sources"),
    pytest.param("feeds: 1\n", 1, "top-level `sources:`", id="other shape"),
    pytest.param("sources:\n  - id: a\n   name: b\n", 3, "check indentation", id="not YAML"),
    pytest.param("sources:\n  - just text\n", 2, "must be a mapping", id="entry is text"),
    pytest.param("", 1, "top-level `sources:`", id="empty file"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD_FEEDS)
def test_bad_feeds_yaml_names_file_line_and_remedy(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = feeds(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load_sources(path)
    assert f"{path}:{line}: " in str(raised.value)
    assert says in str(raised.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: the file does not exist"):
        load_sources(tmp_path / "nowhere.yaml")


def test_undecodable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"sources:\n  - id: \xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_sources(path)


INVENTORY = """teams:
  - id: platform-cn
    name: Platform Shanghai
    recipients:
      - {email: platform@example.cn, timezone: Asia/Shanghai, hour: 8, min_level: medium, language: en}
    systems:
      - id: chat-gateway
        criticality: high
        dependencies:
          - {provider: openai, product: api, called_from: [CN], users_in: [CN], substitutability: easy}
"""
CSV_TWIN = """team,team_name,email,timezone,hour,min_level,language,system,criticality,provider,product,called_from,users_in,substitutability
platform-cn,Platform Shanghai,platform@example.cn,Asia/Shanghai,8,medium,en,chat-gateway,high,openai,api,CN,CN,easy
"""


def test_csv_and_yaml_inventory_give_the_same_teams(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(INVENTORY, "utf-8")
    (tmp_path / "a.csv").write_text(CSV_TWIN, "utf-8")
    assert load_inventory(tmp_path / "a.yaml", load_catalog()) == load_inventory(tmp_path / "a.csv", load_catalog())


BAD_INVENTORY = [
    pytest.param(INVENTORY.replace("openai", "opnai"), 10, "unknown provider 'opnai'; did you mean openai", id="misspelt provider"),
    pytest.param(INVENTORY.replace("Asia/Shanghai", "Asia/Shangri-La"), 5, "not an IANA time zone", id="unknown zone"),
    pytest.param(INVENTORY.replace("platform@example.cn", "platform"), 5, "not a mail address", id="not an address"),
    pytest.param(INVENTORY.replace("hour: 8", "hour: 25"), 5, "less than or equal to 23", id="hour 25"),
    pytest.param(INVENTORY.replace("easy", "trivial"), 10, "use one of: 'easy'", id="substitutability"),
    pytest.param(INVENTORY.replace("[CN], users", "[China], users"), 10, "called_from", id="place is not a code"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD_INVENTORY)
def test_bad_inventory_names_file_line_and_remedy(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_inventory(path, load_catalog())
    assert f"{path}:{line}: " in str(raised.value)
    assert says in str(raised.value)


def test_csv_line_without_provider_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("team,system,provider\nplatform,gateway,\n", "utf-8")
    with pytest.raises(ConfigError, match=r"a\.csv:2: team, system and provider must be filled"):
        load_inventory(path, load_catalog())
