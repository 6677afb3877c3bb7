"""A watched page over time: baseline, changes as documents of their own, there and back, torsos that are not believed at once."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from monitor.collect.failures import RefusedError
from monitor.collect.page.watch import sighting
from tests.collect.pages import ADDRESS, CLAUSES, COUNTRIES, entry, html, known, paragraphs, rows

TODAY = date(2024, 6, 26)
FULL = html(rows(COUNTRIES))
LESS = html(rows(c for c in COUNTRIES if c != "Chad"))


def test_the_first_fetch_is_a_baseline_with_the_whole_text() -> None:
    baseline = known(FULL)
    assert (baseline.guid, baseline.revision, baseline.title, baseline.snapshot) == (ADDRESS, 1, "Supported countries", "")
    assert baseline.text == "\n".join(["Supported countries", *(f"- {c}" for c in COUNTRIES)])


def test_a_change_is_a_document_of_its_own_that_leads_with_what_changed() -> None:
    baseline = known(FULL)
    told = known(LESS, baseline)
    assert told.guid.startswith(ADDRESS + "#")
    assert (told.url, told.title) == (ADDRESS, "Supported countries: no longer: Chad")
    assert told.text == "Removed from the page:\n- Chad"
    assert told.snapshot == "\n".join(["Supported countries", *(f"- {c}" for c in COUNTRIES if c != "Chad")])


def test_offsets_and_hash_count_in_what_is_read() -> None:
    told = known(html(rows((*COUNTRIES, "R&amp;D <b>zone</b>"))), known(FULL))
    assert "- R&D zone" in told.full_text
    assert told.content_hash == hashlib.sha256(told.full_text.encode()).hexdigest()


def test_the_next_change_is_counted_from_the_last_one() -> None:
    first = known(LESS, known(FULL))
    second = known(LESS.replace("Fiji", "Finland"), first)
    assert second.text == "Added to the page:\n- Finland\nRemoved from the page:\n- Fiji"
    assert second.guid != first.guid


def test_noise_is_no_sighting() -> None:
    baseline = known(FULL)
    assert sighting(entry(FULL.replace("<h1>", "<p>Last updated 5 minutes ago</p><h1>")), baseline, today=TODAY) is None
    assert sighting(entry(FULL), known(FULL, known(LESS)), today=TODAY) is None


def test_each_row_that_changes_its_list_is_a_document_of_its_own() -> None:
    def page(*gone: str) -> str:
        return html("<h2>API</h2>" + rows(c for c in COUNTRIES if c not in gone) + "<h2>App</h2>" + rows(COUNTRIES))

    chad = known(page("Chad"), known(page()))
    fiji = known(page("Chad", "Fiji"), chad)
    back = known(page("Chad"), fiji)
    assert chad.guid != fiji.guid == back.guid
    assert (fiji.text, back.text) == ("Removed from the page:\n- Fiji · API", "Added to the page:\n- Fiji · API")


def test_there_and_back_is_one_chain_even_with_another_stamp() -> None:
    gone = known(LESS, known(FULL))
    back = known(FULL.replace("<h1>", "<p>Last updated: June 3, 2024</p><h1>"), gone)
    assert back.guid == gone.guid
    assert back.text == "Added to the page:\n- Chad"
    assert known(LESS, back).guid == gone.guid


FURTHER = [f"Further clause number {n} binds whoever uses the service." for n in range(40)]
TORSOS = {
    "nearly empty": html("<p>Welcome.</p>"),
    "an error in a part": html(paragraphs((*CLAUSES, *FURTHER[:20])) + "<p>An unexpected error occurred. Try reloading the page.</p>"),
}


BELIEVED = {"nearly empty": 2, "an error in a part": 14}


@pytest.mark.parametrize("case", TORSOS)
def test_the_loss_of_most_of_a_page_is_believed_late_and_what_an_error_says_very_late(case: str) -> None:
    before = known(html(paragraphs((*CLAUSES, *FURTHER)) + rows(COUNTRIES)))
    page = entry(TORSOS[case])
    for failures in (0, 1, BELIEVED[case] - 1):
        with pytest.raises(RefusedError) as refused:
            sighting(page, before, failures, today=TODAY)
        assert refused.value.reason == "truncated"
        assert f"{BELIEVED[case] + 1} polls in a row" in refused.value.detail
    assert sighting(page, before, BELIEVED[case], today=TODAY) is not None


def test_a_page_that_was_cut_down_but_speaks_on_is_believed_at_once() -> None:
    before = known(html(rows(f"Country {n}" for n in range(100))))
    assert sighting(entry(html(rows(f"Country {n}" for n in range(40)))), before, 0, today=TODAY) is not None


def test_a_long_first_passage_is_cut_in_the_title_only() -> None:
    told = known(html(rows(COUNTRIES) + f"<p>{'A very long clause about everything ' * 20}</p>"), known(FULL))
    assert len(told.title) < 200
    assert told.title.endswith(" …")
    assert "everything A very long clause about everything" in told.text
