"""OPML in and out: what readers write is taken, what we wrote comes back unchanged, hostile files are refused."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import get_args
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.catalog import append_sources, entries_text, export_opml, import_opml, load_sources, read_opml
from monitor.catalog.opml import MAX_BYTES, MAX_DEPTH, MAX_OUTLINES
from monitor.errors import ConfigError
from monitor.model import Source, SourceFormat, SourceKind
from monitor.model.base import Reliability

FILE = Path("list.opml")


def opml(outlines: str, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{prolog}\n<opml version="2.0"><head><title>t</title></head><body>\n{outlines}\n</body></opml>'.encode()


def rss(title: str, url: str, more: str = "") -> str:
    return f'<outline type="rss" text={quoteattr(title)} xmlUrl={quoteattr(url)} {more}/>'


READERS = opml(
    '<outline text="Regulators"><outline text="Deep">'
    '<outline type="rss" text="BIS &amp; friends" title="BIS &amp; friends" xmlUrl="https://bis.example/feed" htmlUrl="https://bis.example/"/>'
    "</outline></outline>\n"
    '<outline text="路透" type="rss" xmlUrl="https://reuters.example/cn" language="zh"/>'
    '<outline text="a link" type="link" url="https://link.example/"/><outline text="more" type="include" url="https://other.example/l.opml"/>'
)


def test_what_readers_write_is_taken_flat() -> None:
    result = import_opml(READERS, FILE, [])
    assert [(s.id, s.name, s.url, s.language) for s in result.added] == [
        ("bis-friends", "BIS & friends", "https://bis.example/feed", "en"),
        ("reuters-example", "路透", "https://reuters.example/cn", "zh"),
    ]
    assert {(s.kind, s.reliability, s.family == s.publisher) for s in result.added} == {("news", "medium", True)}
    assert (result.duplicates, result.invalid) == ([], [])


def test_duplicates_and_invalid_ones_are_reported_with_their_line() -> None:
    known = Source(id="wire", name="Wire", url="https://wire.example/feed", kind="news", publisher="Wire")
    body = opml("\n".join([
        rss("Wire again", "https://wire.example/feed"), rss("Wire", "https://wire.example/other"), rss("New", "https://new.example/"),
        rss("New once more", "https://new.example/"), rss("Gopher", "gopher://old.example/"), rss("Secret", "https://me:pw@wire.example/"),
        rss("Nowhere", "https://"), rss("Broken", "http://[::1"),
    ]))  # fmt: skip
    result = import_opml(body, FILE, [known])
    assert [(s.id, s.url) for s in result.added] == [("wire-2", "https://wire.example/other"), ("new", "https://new.example/")]
    assert [d.why for d in result.duplicates] == ["list.opml:3: its url is listed already", "list.opml:6: its url is listed already"]
    assert [i.title for i in result.invalid] == ["Gopher", "Secret", "Nowhere", "Broken"]
    assert all(f"list.opml:{line}: url" in refused.why for line, refused in enumerate(result.invalid, 7))
    assert result.invalid[1].url == "https://***@wire.example/"


def test_a_stranger_cannot_vouch_for_himself() -> None:
    vouched = 'xmlns:fw="urn:forewarned:feeds" fw:reliability="primary" fw:kind="regulator" fw:private="true" fw:family="us-government"'
    body = opml(rss("Trust me", "https://me.example/", vouched))
    (stranger,) = import_opml(body, FILE, []).added
    assert (stranger.reliability, stranger.kind, stranger.private, stranger.family) == ("medium", "news", False, "Trust me")
    (own,) = import_opml(body, FILE, [], own=True).added
    assert (own.reliability, own.kind, own.private, own.family) == ("primary", "regulator", True, "us-government")


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("<>&\"'\n\t:#-é路"), min_size=1, max_size=40
).filter(lambda text: text == text.strip() and text.isprintable() | ("\n" in text))
HOSTS = st.from_regex(r"https?://[a-z]{1,9}\.example(:[1-9][0-9]{1,3})?/[a-z?&=;\[\]%'\"]{0,20}", fullmatch=True)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    publisher = draw(WORDS)
    return Source(
        id=draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True)),
        name=draw(WORDS),
        url=draw(HOSTS),
        format=draw(st.sampled_from(get_args(SourceFormat))),
        kind=draw(st.sampled_from(get_args(SourceKind))),
        publisher=publisher,
        family=draw(st.just(publisher) | WORDS),
        jurisdiction=draw(st.sampled_from([None, "US", "NO", "EU", "CN"])),
        language=draw(st.sampled_from(["en", "zh", "no"])),
        reliability=draw(st.sampled_from(get_args(Reliability))),
        interval_s=draw(st.integers(0, 30 * 86_400)),
        private=draw(st.booleans()),
        why=draw(st.just("") | WORDS),
    )


LISTS = st.lists(sources(), min_size=1, max_size=5, unique_by=(lambda s: s.id, lambda s: s.url))


@settings(max_examples=150)
@given(LISTS)
def test_what_we_exported_comes_back_unchanged(listed: list[Source]) -> None:
    result = import_opml(export_opml(listed).encode(), FILE, [], own=True)
    assert result.added == listed
    assert (result.duplicates, result.invalid) == ([], [])
    again = import_opml(export_opml(listed).encode(), FILE, listed, own=True)
    assert (again.added, len(again.duplicates)) == ([], len(listed))


@settings(max_examples=100)
@given(LISTS)
def test_printed_entries_are_read_as_the_same_sources(tmp_path_factory: pytest.TempPathFactory, listed: list[Source]) -> None:
    file = tmp_path_factory.mktemp("feeds") / "feeds.yaml"
    file.write_text("sources:\n" + entries_text(listed), "utf-8")
    assert list(load_sources(file)) == listed


def test_the_bundled_list_goes_out_and_comes_back(tmp_path: Path) -> None:
    bundled = load_sources(Path("feeds.yaml"))
    file = tmp_path / "all.opml"
    file.write_text(export_opml(bundled), "utf-8")
    assert tuple(import_opml(read_opml(file), file, [], own=True).added) == bundled


@pytest.mark.parametrize("margin", ["", "  ", "    "])
def test_appending_keeps_what_stands_there(tmp_path: Path, margin: str) -> None:
    file = tmp_path / "feeds.yaml"
    fields = f"\n{margin}  ".join(("name: A", "url: https://a.example/", "kind: news", "publisher: A"))
    before = f"# ours\nsources:\n{margin}- id: a  # the first\n{margin}  {fields}"
    file.write_text(before, "utf-8")
    append_sources(file, import_opml(READERS, FILE, load_sources(file)).added)
    assert file.read_text("utf-8").startswith(before)
    assert [s.id for s in load_sources(file)] == ["a", "bis-friends", "reuters-example"]
    assert [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]


def test_a_file_that_would_be_refused_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text("sources:\n  - {id: a, name: A, url: 'https://bis.example/feed', kind: news, publisher: A}\n", "utf-8")
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="left as it was"):
        append_sources(file, import_opml(READERS, FILE, []).added)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]
    with pytest.raises(ConfigError, match="does not exist"):
        append_sources(tmp_path / "none.yaml", import_opml(READERS, FILE, []).added)


LAUGHS = '<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
HOSTILE: dict[str, tuple[bytes, str]] = {
    "entities": (opml(rss("&b;", "https://a.example/"), LAUGHS), "DTD"),
    "external entity": (opml("", '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "DTD"),
    "external DTD": (opml("", '<!DOCTYPE opml SYSTEM "http://a.example/x.dtd">'), "DTD"),
    "plain DTD": (opml("", "<!DOCTYPE opml>"), "DTD"),
    "DTD behind a comment": (opml("", "<!-- <x --><!DOCTYPE opml []>"), "DTD"),
    "undefined entity": (opml('<outline text="&nbsp;"/>'), "not well-formed"),
    "deep": (opml("<outline>" * MAX_DEPTH + "</outline>" * MAX_DEPTH), "nested deeper"),
    "very deep": (opml("<outline>" * 300_000), "nested deeper"),
    "many": (opml('<outline text="a"/>' * (MAX_OUTLINES + 1)), "more than 10,000"),
    "cut off": (READERS[:-20], "not well-formed"),
    "empty": (b"", "not well-formed"),
    "a feed": (b"<rss version='2.0'><channel/></rss>", "root element is 'rss'"),
    "HTML": (b"<html><p>hi<br></html>", "root element is 'html'"),
    "YAML": (b"sources: []", "not well-formed"),
    "hostile codec": (b'<?xml version="1.0" encoding="punycode"?><opml/>', "save it as UTF-8"),
    "odd bytes": (b"<opml>\xff\xfe</opml>", "save it as UTF-8"),
    "NUL": (b"<opml>\x00</opml>", "not well-formed"),
    "many attributes": (opml("<outline " + " ".join(f"a{n}=''" for n in range(200_000)) + ">"), "not well-formed"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_at_once(case: str) -> None:
    body, says = HOSTILE[case]
    begun = time.process_time()
    with pytest.raises(ConfigError, match=says) as refused:
        import_opml(body, FILE, [])
    assert str(refused.value).startswith("list.opml:")
    assert time.process_time() - begun < 2


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.opml"
    file.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        read_opml(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_opml(tmp_path)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_that_readers_write(codec: str) -> None:
    label = "UTF-8" if codec.startswith("utf-8") else codec.upper()
    body = opml(rss("Café", "https://a.example/"), f'<?xml version="1.0" encoding="{label}"?>').decode().encode(codec)
    assert import_opml(body, FILE, []).added[0].name == "Café"


@given(st.binary(max_size=200) | st.text("<>/=\"'opmlutine xUr:&;!-\n", max_size=200).map(str.encode))
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    with suppress(ConfigError):
        import_opml(body, FILE, [])
