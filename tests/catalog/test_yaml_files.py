"""A bad file is refused with its line and with what to write instead; a good one comes back as nouns."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from monitor.catalog import checked_place, load_catalog, load_inventory, load_sources
from monitor.errors import ConfigError, UsageError

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
    pytest.param(GOOD_SOURCE + "inteval: 3\n", 12, "unknown top-level key 'inteval'", id="unknown top-level key"),
    pytest.param(GOOD_SOURCE.replace("    kind", "\tkind"), 5, "tab", id="tab"),
    pytest.param(GOOD_SOURCE.replace("\n", "\r\n").replace("45m", "soon"), 10, "write e.g. 30m", id="CRLF counts lines alike"),
    pytest.param("\ufeff" + GOOD_SOURCE.replace("45m", "soon"), 10, "write e.g. 30m", id="BOM"),
    pytest.param(GOOD_SOURCE.replace("45m", "99999999999999d"), 10, "longer than a year", id="endless interval"),
    pytest.param(GOOD_SOURCE.replace("Example Media", "2024-13-45"), 6, "put it in quotes", id="a day that does not exist"),
    pytest.param(GOOD_SOURCE.replace("Example Media", "!!int abc"), 6, "put it in quotes", id="a number that is none"),
    pytest.param(GOOD_SOURCE.replace("Example Media", "!!python/object:os.system x"), 6, "put it in quotes", id="a tag of code"),
    pytest.param(GOOD_SOURCE.replace("Example Media", "a\x01b"), 6, "is not YAML", id="control character"),
    pytest.param(GOOD_SOURCE.replace("Example Media", "*nobody"), 6, "undefined alias", id="undefined alias"),
    pytest.param(GOOD_SOURCE.replace("Example Media", "' '"), 6, "must not be empty", id="empty publisher"),
    pytest.param(GOOD_SOURCE.replace("https://news.example/rss", "'http://[::1'"), 4, "name a host", id="half an IPv6 address"),
    pytest.param(GOOD_SOURCE.replace("news.example/", "news.example:99999/"), 4, "name a host", id="port beyond 65535"),
    pytest.param(GOOD_SOURCE.replace("jurisdiction: NO", "jurisdiction: UK"), 7, "did you mean GB?", id="code of no country"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD_FEEDS)
def test_bad_feeds_yaml_names_file_line_and_remedy(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = feeds(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load_sources(path)
    assert f"{path}:{line}: " in str(raised.value)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("sources: &a\n  - *a\n", id="alias of itself"),
        pytest.param("[" * 5000 + "]" * 5000, id="five thousand brackets"),
        pytest.param(
            "a: &a [" + "x," * 9 + "]\n" + "".join(f"{b}: &{b} [" + f"*{a}," * 9 + "]\n" for a, b in pairwise("abcdefgh")), id="bomb"
        ),
    ],
)
def test_file_that_cannot_be_unfolded_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"feeds\.yaml:.*(itself|too much)"):
        load_sources(feeds(tmp_path, text))


def test_aliases_repeat_a_value(tmp_path: Path) -> None:
    text = GOOD_SOURCE.replace("name: Example News", "name: &who Example News").replace("publisher: Example Media", "publisher: *who")
    assert load_sources(feeds(tmp_path, text))[0].publisher == "Example News"


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
CSV_TWIN = """\
team,team_name,email,timezone,hour,min_level,language,system,criticality,provider,product,called_from,users_in,substitutability
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
    pytest.param(INVENTORY.replace("[CN], users", "[UK], users"), 10, "did you mean GB?", id="code of no country"),
    pytest.param(
        INVENTORY.replace("platform@example.cn", "平 台@example.cn"), 5, "is not a mail address", id="address that no mail can carry"
    ),
    pytest.param(INVENTORY + "team: []\n", 11, "unknown top-level key 'team'", id="unknown top-level key"),
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


@pytest.mark.parametrize(
    "saved",
    [
        pytest.param(b"\xef\xbb\xbf" + CSV_TWIN.encode(), id="with a BOM"),
        pytest.param(CSV_TWIN.replace(",", ";").encode(), id="with semicolons"),
        pytest.param(CSV_TWIN.replace("\n", "\r\n").encode(), id="with CRLF"),
        pytest.param((CSV_TWIN + "," * 13 + "\n\n").encode(), id="with empty lines at the end"),
    ],
)
def test_csv_as_spreadsheets_save_it(tmp_path: Path, saved: bytes) -> None:
    (tmp_path / "a.yaml").write_text(INVENTORY, "utf-8")
    (tmp_path / "a.csv").write_bytes(saved)
    assert load_inventory(tmp_path / "a.csv", load_catalog()) == load_inventory(tmp_path / "a.yaml", load_catalog())


HEAD, ROW = CSV_TWIN.splitlines()
BAD_CSV = [
    pytest.param([ROW, ROW.replace("openai", "opnai")], 3, "did you mean openai", id="misspelt provider"),
    pytest.param([ROW, "", ROW.replace("CN,CN", "CN,UK")], 4, "did you mean GB?", id="code of no country, after an empty line"),
    pytest.param([ROW, ROW.replace("platform@", "second").replace("chat", "other")], 3, "not a mail address", id="not an address"),
    pytest.param([ROW.replace(",8,", ",25,")], 2, "less than or equal to 23", id="hour 25"),
    pytest.param([ROW + ",more"], 2, "more cells", id="too many cells"),
    pytest.param([ROW, "x,,,,,,,,,,,,,"], 3, "must be filled", id="half a line"),
]


@pytest.mark.parametrize(("rows", "line", "says"), BAD_CSV)
def test_bad_csv_names_its_line(tmp_path: Path, rows: list[str], line: int, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEAD, *rows]), "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_inventory(path, load_catalog())
    assert f"{path}:{line}: " in str(raised.value)
    assert says in str(raised.value)


def test_csv_of_another_encoding_says_how_to_save_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV_TWIN.encode("utf-16"))
    with pytest.raises(ConfigError, match="save it as CSV UTF-8"):
        load_inventory(path, load_catalog())


@pytest.mark.parametrize(("code", "place"), [("cn", "CN"), ("EU", "EU"), ("HK", "HK")])
def test_code_of_a_place(code: str, place: str) -> None:
    assert checked_place(code) == place


@pytest.mark.parametrize("code", ["UK", "XX", "12", "öä", "China", "", "C N"])
def test_slip_is_no_place(code: str) -> None:
    with pytest.raises(UsageError, match="ISO 3166-1"):
        checked_place(code)
