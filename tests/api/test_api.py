"""The API over the replayed episode: shapes, paging, errors as problem documents, conditional requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from monitor.answers.reader import Reader

AS_OF = "2024-06-30"
TEXTS = {"ics": "text/calendar", "atom": "application/atom+xml"}


@pytest.fixture(scope="module")
def client(demo_reader: Reader) -> Iterator[TestClient]:
    with TestClient(create_app(demo_reader)) as opened:
        yield opened


def test_risk_is_the_documented_shape_and_sums(client: TestClient) -> None:
    body = client.get(f"/api/v1/providers/openai/risk?in=CN&as_of={AS_OF}").json()
    assert {
        "provider",
        "jurisdiction",
        "as_of",
        "score",
        "level",
        "factors",
        "alternatives",
        "unknowns",
        "disputed",
        "stale",
    } <= body.keys()
    assert {"data_as_of", "methodology_version", "input_digest"} <= body.keys()
    assert body["as_of"] == "2024-06-30T23:59:59Z"
    assert sum(factor["points"] for factor in body["factors"]) == body["score"]
    assert body["factors"][0]["evidence"][0]["quote"]


def test_risk_without_a_place_is_where_it_is_worst(client: TestClient) -> None:
    body = client.get(f"/api/v1/providers/openai/risk?as_of={AS_OF}").json()
    scores = [row["score"] for row in body["jurisdictions"]]
    assert body["score"] == max(scores)
    assert "CN" in {row["jurisdiction"] for row in body["jurisdictions"]}


def test_history_is_of_each_day_as_known_then_and_its_changes_sum(client: TestClient) -> None:
    body = client.get("/api/v1/providers/openai/history?in=CN&from=2024-06-20&to=2024-07-15").json()
    scores = {one["day"]: one["score"] for one in body["items"]}
    assert len(scores) == 26
    for day in ("2024-06-23", "2024-06-25", "2024-07-02", "2024-07-10"):
        assert scores[day] == client.get(f"/api/v1/providers/openai/risk?in=CN&as_of={day}").json()["score"]
    assert all(sum(c["points"] for c in one["causes"]) == one["after"] - one["before"] for one in body["changes"])
    assert sum(one["after"] - one["before"] for one in body["changes"]) == scores["2024-07-15"] - scores["2024-06-20"]
    assert body["changes"][0]["until"][:10] == "2024-06-25"
    for bad in ("from=2024-07-02&to=2024-07-01", "from=2023-01-01&to=2024-07-01", "to=2999-01-01"):
        assert client.get(f"/api/v1/providers/openai/history?in=CN&{bad}").status_code == 400
    assert client.get("/api/v1/providers/nobody/history").status_code == 404


def test_the_founding_deltas_read_like_a_briefing(client: TestClient) -> None:
    told = []
    for then, now in (("2024-06-23", "2024-06-25"), ("2024-06-25", "2024-07-02"), ("2024-07-02", "2024-07-10")):
        body = client.get(f"/api/v1/providers/openai/change?in=CN&since={then}&as_of={now}").json()
        assert sum(cause["points"] for cause in body["causes"]) == body["after"] - body["before"] > 0
        told.append(body["causes"][0]["why"])
    assert told[0].startswith("New: OpenAI restricts access in China")
    assert told[1].endswith(": its day, 2024-07-09, comes near: 7 days left.")
    assert told[2].endswith(": in force now, announced before.")
    assert client.get("/api/v1/providers/openai/change?in=CN").status_code == 422


def test_events_are_most_severe_first_and_as_of(client: TestClient) -> None:
    body = client.get(f"/api/v1/events?in=CN&as_of={AS_OF}").json()
    severities = [event["severity_score"] for event in body["items"]]
    assert severities == sorted(severities, reverse=True)
    assert all(event["first_seen_at"] <= "2024-06-30T23:59:59Z" for event in body["items"])
    assert isinstance(body["items"][0]["origins"], int)


def test_origins_of_an_event_and_of_a_document_say_why(client: TestClient) -> None:
    event = client.get(f"/api/v1/events?provider=openai&in=CN&as_of={AS_OF}").json()["items"][0]
    body = client.get(f"/api/v1/events/{event['id']}/origins?as_of={AS_OF}").json()
    assert sum(origin["counts"] for origin in body["origins"]) == event["origins"]
    assert {one["id"] for origin in body["origins"] for one in origin["documents"] if one["asked"]} == set(event["documents"])
    assert all(origin["documents"][0]["why"] == "told it first" for origin in body["origins"])
    last = body["origins"][0]["documents"][-1]
    own = client.get(f"/api/v1/documents/{last['id']}/origins?as_of={AS_OF}").json()
    assert [one["id"] for origin in own["origins"] for one in origin["documents"] if one["asked"]] == [last["id"]]
    assert client.get(f"/api/v1/events/{event['id']}/origins?as_of=2024-06-19").status_code == 404
    assert client.get("/api/v1/documents/doc_0000000000000000/origins").status_code == 404


def test_event_by_id_and_before_it_was_known(client: TestClient) -> None:
    event = client.get(f"/api/v1/events?provider=openai&as_of={AS_OF}").json()["items"][0]
    assert client.get(f"/api/v1/events/{event['id']}?as_of={AS_OF}").json() == event
    assert client.get(f"/api/v1/events/{event['id']}?as_of=2024-06-19").status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/providers", f"/api/v1/events?as_of={AS_OF}", f"/api/v1/documents?as_of={AS_OF}"])
def test_paging_gives_every_row_once(client: TestClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    whole = [row["id"] for row in client.get(f"{path}{joint}limit=500").json()["items"]]
    seen: list[str] = []
    cursor = ""
    for _ in range(len(whole) // 7 + 1):
        page = client.get(f"{path}{joint}limit=7{cursor}").json()
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole


def test_documents_of_a_source(client: TestClient) -> None:
    any_source = client.get(f"/api/v1/documents?as_of={AS_OF}&limit=1").json()["items"][0]["source"]
    rows = client.get(f"/api/v1/documents?source={any_source}&as_of={AS_OF}").json()["items"]
    assert {row["source"] for row in rows} == {any_source}


def test_sources_and_health(client: TestClient) -> None:
    sources = client.get("/api/v1/sources").json()["items"]
    health = client.get("/healthz").json()
    assert health["status"] == "ok"
    assert sum(health["sources"].values()) == len(sources) > 0


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        pytest.param("/api/v1/providers/opnai/risk", 404, "not-found", id="unknown provider"),
        pytest.param("/api/v1/providers/openai/risk?in=China", 422, "validation", id="place is not a code"),
        pytest.param("/api/v1/providers/openai/risk?as_of=soon", 400, "bad-request", id="time is not a time"),
        pytest.param("/api/v1/events?limit=0", 422, "validation", id="limit zero"),
        pytest.param("/api/v1/events?limit=99999999999999999999", 422, "validation", id="limit beyond 64 bit"),
        pytest.param("/api/v1/events?cursor=%00", 400, "bad-cursor", id="damaged cursor"),
        pytest.param("/api/v1/documents?cursor=abc", 400, "bad-cursor", id="damaged document cursor"),
        pytest.param("/api/v1/events/evt_0000000000000000", 404, "not-found", id="unknown event"),
        pytest.param("/api/v1/events/evt_x", 422, "validation", id="not an event id"),
        pytest.param("/api/v1/nothing", 404, "not-found", id="unknown path"),
        pytest.param("/api/v1/providers/openai/risk?in=UK", 400, "bad-request", id="code of no country"),
        pytest.param("/api/v1/events?in=XX", 400, "bad-request", id="events in no country"),
        pytest.param("/api/v1/events?provider=opnai", 404, "not-found", id="events of a misspelt provider"),
        pytest.param("/api/v1/documents?provider=opnai", 404, "not-found", id="documents of a misspelt provider"),
        pytest.param("/api/v1/sources/nope/health", 404, "not-found", id="health of an unknown source"),
        pytest.param("/api/v1/sources/No!/health", 422, "validation", id="health of no source id"),
        pytest.param("/api/v1/documents?source=nope", 404, "not-found", id="documents of an unknown source"),
        pytest.param("/api/v1/events?as_of=0001-01-01T00:00:00%2B14:00", 400, "bad-request", id="instant before the calendar"),
        pytest.param("/?in=UK", 400, "bad-request", id="page for no country"),
    ],
)
def test_errors_are_problem_documents(client: TestClient, path: str, status: int, kind: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{kind}"
    assert answer.json()["status"] == status


def test_misspelt_provider_gets_a_suggestion(client: TestClient) -> None:
    assert "openai" in client.get("/api/v1/providers/opnai/risk").json()["detail"]


def test_same_answer_is_304(client: TestClient) -> None:
    first = client.get(f"/api/v1/events?as_of={AS_OF}")
    again = client.get(f"/api/v1/events?as_of={AS_OF}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert client.get(f"/api/v1/events?as_of={AS_OF}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_docs_need_no_other_host(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "cdn" not in page.text


def test_as_of_with_an_offset_needs_encoding_but_z_does_not(client: TestClient) -> None:
    assert client.get("/api/v1/providers/openai/risk?in=CN&as_of=2024-06-30T08:00:00Z").json()["as_of"] == "2024-06-30T08:00:00Z"


@pytest.mark.parametrize("path", ["/", "/sources", f"/?as_of={AS_OF}&in=CN"])
def test_pages_bring_no_script_and_no_other_host(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_event_page_shows_quote_and_hash(client: TestClient) -> None:
    event = client.get(f"/api/v1/events?provider=openai&as_of={AS_OF}").json()["items"][0]
    page = client.get(f"/events/{event['id']}?as_of={AS_OF}").text
    assert event["evidence"][0]["sha256"] in page
    assert event["title"] in page


@pytest.mark.parametrize("path", [f"/api/v1/events?as_of={AS_OF}", "/healthz", "/"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == whole.headers.get(name)


@pytest.mark.parametrize("tags", ["*", "W/{etag}", '"x", {etag}'])
def test_any_form_of_the_tag_is_304(client: TestClient, tags: str) -> None:
    path = f"/api/v1/events?as_of={AS_OF}"
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tags.format(etag=etag)}).status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_told_what_is_allowed(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/v1/events")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == "GET"


def test_error_of_ours_is_a_problem_document_too(demo_reader: Reader) -> None:
    broken = replace(demo_reader, clock=lambda: list[datetime]()[0])
    with TestClient(create_app(broken), raise_server_exceptions=False) as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "IndexError" not in answer.text


def test_schema_describes_problem_documents_and_nothing_that_is_never_sent(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    described = [(path, operation) for path, operations in schema["paths"].items() for operation in operations.values()]
    for path, operation in described:
        for status, answer in operation["responses"].items():
            told = TEXTS.get(path.rpartition(".")[2], "application/json")
            kind = told if status.startswith("2") else "application/problem+json"
            assert list(answer["content"]) == [kind], (path, status)
            if kind in TEXTS.values():
                assert answer["content"][kind]["schema"] == {"type": "string"}
                continue
            assert answer["content"][kind]["schema"]["$ref"].rpartition("/")[2] in schema["components"]["schemas"]


def test_documents_of_an_earlier_day_say_how_fresh_data_was_then(client: TestClient) -> None:
    body = client.get("/api/v1/documents?as_of=2024-06-25").json()
    assert body["data_as_of"] < "2024-06-26"
    assert body["stale"] is False
