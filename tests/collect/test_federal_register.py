"""The gazette's API and its RSS: numbers as identity, the gazette's own dates as facts. The documents are made up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from monitor.collect.document import documents
from monitor.collect.federal_register import chained, next_page
from monitor.collect.parse import parse
from monitor.model import Entry, FetchFailure
from tests.collect.bodies import entries, feed_source, item, response, rss
from tests.collect.wire import NOW

GAZETTE = feed_source(format="federal_register", kind="regulator", jurisdiction="US")
FULL = {
    "document_number": "2024-01234",
    "title": "Provisions on R&D; <Draft>",
    "abstract": "We propose limits.",
    "action": "Proposed rule.",
    "dates": "Comments must be received by August 4, 2024.",
    "type": "Proposed Rule",
    "agencies": [{"name": "Treasury Department", "slug": "treasury"}, {"raw_name": "OFFICE OF X"}],
    "effective_on": None,
    "comments_close_on": "2024-08-04",
    "publication_date": "2024-07-05",
    "html_url": "https://www.federalregister.gov/documents/2024/07/05/2024-01234/provisions",
    "regulation_id_numbers": ["1505-AC82"],
    "correction_of": "https://www.federalregister.gov/api/v1/documents/2024-00999?publication_date=2024-06-01",
}


def _body(*rows: object, **more: object) -> bytes:
    return json.dumps({"count": len(rows), "results": list(rows), **more}).encode()


def test_api_document() -> None:
    (entry,) = entries(parse(GAZETTE, response(_body(FULL), "application/json")))
    assert (entry.guid, entry.url, entry.title) == ("2024-01234", FULL["html_url"], "Provisions on R&amp;D; &lt;Draft&gt;")
    assert entry.published_at == datetime(2024, 7, 5, tzinfo=UTC)
    facts = entry.regulator
    assert facts is not None
    assert facts.model_dump() == {
        "number": "2024-01234",
        "doc_type": "Proposed Rule",
        "agencies": ("Treasury Department", "OFFICE OF X"),
        "effective_on": None,
        "comments_close_on": date(2024, 8, 4),
        "rin": ("1505-AC82",),
        "corrects": "2024-00999",
    }


DATES = [  # the `dates` field, effective, comments
    ("This rule is effective on January 2, 2025.", date(2025, 1, 2), None),
    ("This rule is effective October 17, 2023. Comments are due by December 18, 2023.", date(2023, 10, 17), date(2023, 12, 18)),
    ("Effective January 2, 2025, except section 4, which is effective May 1, 2025.", None, None),
    ("Comments on the effective date are due March 3, 2025.", None, None),
    ("The hearing is on June 3, 2025.", None, None),
    ("Effective February 30, 2025.", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("text", "effective", "comments"), DATES)
def test_dates_that_only_the_text_states(text: str, effective: date | None, comments: date | None) -> None:
    row = {"document_number": "2025-1", "title": "x", "dates": text}
    (entry,) = entries(parse(GAZETTE, response(_body(row))))
    assert entry.regulator is not None
    assert (entry.regulator.effective_on, entry.regulator.comments_close_on) == (effective, comments)


def test_a_field_of_its_own_beats_the_text() -> None:
    row = {"document_number": "2025-1", "dates": "Effective January 2, 2025.", "effective_on": "2025-02-03"}
    (entry,) = entries(parse(GAZETTE, response(_body(row))))
    assert entry.regulator is not None
    assert entry.regulator.effective_on == date(2025, 2, 3)


def test_a_single_document_and_rows_without_a_number() -> None:
    assert [e.guid for e in entries(parse(GAZETTE, response(json.dumps(FULL).encode())))] == ["2024-01234"]
    assert entries(parse(GAZETTE, response(_body({"title": "no number"}, "no row", None)))) == ()


def test_nothing_found_is_no_failure_but_other_json_is() -> None:
    assert parse(GAZETTE, response(b'{"count": 0}')) == ()
    outcome = parse(GAZETTE, response(b'{"errors": {"conditions": "bad"}}'))
    assert isinstance(outcome, FetchFailure)
    assert outcome.reason == "not_a_feed"


def test_rss_form_has_the_same_identity() -> None:
    link = str(FULL["html_url"])
    body = rss(item("Provisions", link, link=link, dc_creator="Treasury Department"))
    (entry,) = entries(parse(GAZETTE, response(body.encode())))
    assert entry.guid == "2024-01234"
    assert entry.regulator is not None
    assert (entry.regulator.number, entry.regulator.agencies) == ("2024-01234", ("Treasury Department",))


INSPECTED = {
    "document_number": "2024-05678",
    "title": "Controls on Made-Up Chips",
    "type": "Rule",
    "toc_subject": "Export Controls:",
    "agencies": [{"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}],
    "filed_at": "2024-06-24T16:15:00.000-04:00",
    "filing_type": "special",
    "publication_date": "2024-06-27",
    "html_url": "https://gazette.example/public-inspection/2024-05678/controls",
    "pdf_url": "https://gazette.example/2024-05678.pdf",
    "pdf_updated_at": "2024-06-24T16:16:00.000-04:00",
    "page_views": {"count": 10, "last_updated": "2024-06-24"},
    "editorial_note": None,
}
CURRENT = "https://news.example/api/v1/public-inspection-documents/current.json"


def inspected(url: str = CURRENT, **changed: object) -> tuple[Entry, ...]:
    asked = GAZETTE.model_copy(update={"url": url})
    return entries(parse(asked, response(_body(INSPECTED | changed), "application/json")))


def test_a_document_on_public_inspection_is_known_by_the_number_it_keeps_in_print() -> None:
    (entry,) = inspected()
    assert (entry.guid, entry.url, entry.title) == ("2024-05678", INSPECTED["html_url"], "Controls on Made-Up Chips")
    assert entry.published_at == datetime(2024, 6, 24, 20, 15, tzinfo=UTC)
    assert "special filing; to be published in the Federal Register of June 27, 2024." in entry.html
    assert entry.regulator is not None
    assert (entry.regulator.number, entry.regulator.doc_type) == ("2024-05678", "Rule")
    assert inspected(html_url=None)[0].url == INSPECTED["pdf_url"]


def test_only_what_a_reader_would_call_a_change_makes_a_revision_of_an_inspected_document() -> None:
    (first,) = documents(GAZETTE, inspected(), {}, NOW)
    known = {first.guid: first}
    assert documents(GAZETTE, inspected(page_views={"count": 99}, pdf_updated_at="2024-06-25T08:00:00Z"), known, NOW) == []
    for changed in ({"publication_date": "2024-07-01"}, {"editorial_note": "Withdrawn at the request of the agency."}):
        (second,) = documents(GAZETTE, inspected(**changed), known, NOW)
        assert (second.guid, second.revision) == ("2024-05678", 2)


def test_the_printed_document_is_the_next_revision_of_the_inspected_one() -> None:
    (first,) = documents(GAZETTE, inspected(), {}, NOW)
    printed = FULL | {"document_number": "2024-05678", "title": INSPECTED["title"]}
    (second,) = documents(GAZETTE, entries(parse(GAZETTE, response(_body(printed)))), {first.guid: first}, NOW)
    assert (second.guid, second.revision) == ("2024-05678", 2)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?conditions[agencies][]=industry-and-security-bureau", 1),
        ("?conditions%5Bagencies%5D%5B%5D=state-department&conditions%5Bagencies%5D%5B%5D=industry-and-security-bureau", 1),
        ("?conditions[agencies][]=state-department", 0),
        ("?conditions[term]=made-up+chips", 1),
        ("?conditions[term]=tariffs", 0),
    ],
)
def test_public_inspection_is_narrowed_here_because_its_server_does_not(query: str, count: int) -> None:
    assert len(inspected(CURRENT + query)) == count


CORRECTED = {
    "a field": ({"correction_of": "https://www.federalregister.gov/api/v1/documents/2024-00999.json"}, "2024-00999"),
    "the office's own number": ({"document_number": "C1-2024-00999"}, "2024-00999"),
    "a cited number": ({"title": "Chips; Correction", "abstract": "In FR Doc. 2024- 00999, on page 7, the date is wrong."}, "2024-00999"),
    "a withdrawal that cites": ({"title": "Withdrawal of Rule on Chips", "abstract": "FR Doc No. 2024-00999 is withdrawn."}, "2024-00999"),
    "the action says it": (
        {"action": "Proposed rule; withdrawal.", "abstract": "We withdraw FR Document Number 2024-00999."},
        "2024-00999",
    ),
    "two numbers": ({"title": "Chips; Correction", "abstract": "FR Doc. 2024-00999 and FR Doc. 2024-00998 are wrong."}, ""),
    "its own number": ({"title": "Chips; Correction", "abstract": "This is FR Doc. 2024-01234."}, ""),
    "no correction": ({"title": "Correctional Institutions", "abstract": "See FR Doc. 2024-00999."}, ""),
    "a withdrawal of land": ({"title": "Public Land Order; Withdrawn Lands of Oregon", "abstract": "See FR Doc. 2024-00999."}, ""),
}


@pytest.mark.parametrize("case", CORRECTED)
def test_what_a_document_corrects_or_withdraws(case: str) -> None:
    changed, number = CORRECTED[case]
    (entry,) = entries(parse(GAZETTE, response(_body(FULL | {"correction_of": None, "action": "Rule."} | changed))))
    assert entry.regulator is not None
    assert entry.regulator.corrects == number


def test_an_amendment_without_a_number_is_chained_by_title_to_the_newest_before_it() -> None:
    def row(number: str, title: str, day: str) -> dict[str, object]:
        return {"document_number": number, "title": title, "publication_date": day}

    rows = [
        row("2024-00009", "R&D on Chips; Correction", "2024-06-09"),
        row("2024-00010", "R&D on Chips", "2024-06-10"),
        row("2024-00005", "R&D on chips", "2024-06-05"),
        row("2024-00001", "R&D on Chips", "2024-06-01"),
        row("2024-00002", "Notice of Withdrawal of the Rule on Boats", "2024-06-02"),
    ]
    found = chained(entries(parse(GAZETTE, response(_body(*rows)))), [])
    assert [entry.regulator.corrects for entry in found if entry.regulator] == ["2024-00005", "", "", "", ""]


NEXT = {
    "https://news.example/api/v1/documents?page=2": "https://news.example/api/v1/documents?page=2",
    "https://elsewhere.example/api/v1/documents?page=2": None,
    "http://news.example/api/v1/documents?page=2": None,
    "https://[": None,
    "": None,
}


@pytest.mark.parametrize("link", NEXT)
def test_the_next_page_is_on_the_same_host(link: str) -> None:
    assert next_page(json.dumps({"results": [], "next_page_url": link}).encode(), GAZETTE.url) == NEXT[link]


def test_the_next_page_is_read_as_its_server_writes_it_and_not_from_a_title() -> None:
    escaped = rb'{"next_page_url":"https://news.example/d?a=1\u0026page=2","results":[]}'
    assert next_page(escaped, GAZETTE.url) == "https://news.example/d?a=1&page=2"
    assert next_page(json.dumps({"title": '"next_page_url":"https://news.example/x"'}).encode(), GAZETTE.url) is None
    assert next_page(b'{"next_page_url":null}', GAZETTE.url) is None
    assert next_page(b'"next_page_url":"' * 200_000, GAZETTE.url) is None
