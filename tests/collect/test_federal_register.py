"""The gazette's API and its RSS: numbers as identity, the gazette's own dates as facts. The documents are made up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from monitor.collect.parse import parse
from monitor.model import FetchFailure
from tests.collect.bodies import entries, feed_source, item, response, rss

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
