"""The gate over HTTP: the same verdict for files, package URLs, hosts and names; bad requests are problem documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import MAX_BODY_BYTES
from monitor.answers.reader import Reader

URL = "/api/v1/check?as_of=2024-06-26"


@pytest.fixture(scope="module")
def client(demo_reader: Reader) -> Iterator[TestClient]:
    with TestClient(create_app(demo_reader)) as opened:
        yield opened


ASKED: list[tuple[str, dict[str, Any], str]] = [
    ("requirements", {"files": {"requirements.txt": "x\nopenai==1.35.0\n"}}, "requirements.txt:2"),
    ("included requirements", {"files": {"requirements.txt": "-r b.txt", "b.txt": "openai", "requirements-dev.txt": ""}}, "b.txt:1"),
    ("a bill", {"files": {"bom.json": '{"bomFormat": "CycloneDX", "components": [{"purl": "pkg:pypi/openai@1"}]}'}}, "bom.json:1"),
    ("package URLs", {"packages": ["pkg:npm/left-pad@1", "pkg:npm/openai@4.52.0"]}, "packages.cdx.json:"),
    ("hosts", {"hosts": ["example.org", "api.openai.com"]}, "hosts.conf:2"),
    ("names of variables", {"environment": ["OPENAI_API_KEY"]}, "environment.env:1"),
]


@pytest.mark.parametrize(("asked", "where"), [case[1:] for case in ASKED], ids=[case[0] for case in ASKED])
def test_what_can_be_asked(client: TestClient, asked: dict[str, Any], where: str) -> None:
    body = client.post(URL, json={"in": ["CN"], **asked}).json()
    assert (body["verdict"], body["exit_code"]) == ("findings", 1)
    seen = body["findings"][0]["sightings"][0]
    assert f"{seen['path']}:{seen['line']}".startswith(where)
    assert client.post(URL, json={"in": ["DE"], **asked}).json()["verdict"] == "clean"


def test_rules_hold_as_on_the_command_line(client: TestClient) -> None:
    asked: dict[str, Any] = {"in": ["CN"], "hosts": ["api.openai.com"]}
    event = client.post(URL, json=asked).json()["findings"][0]["event"]
    taken = {"event": event, "until": "2024-06-26", "reason": "moves"}
    assert client.post(URL, json=asked | {"accepted": [taken]}).json()["verdict"] == "clean"
    assert client.post(URL, json=asked | {"accepted": [taken | {"until": "2024-06-25"}]}).json()["verdict"] == "findings"
    assert client.post(URL, json=asked | {"horizon_days": 5}).json()["verdict"] == "clean"
    assert client.post(URL, json={"in": ["CN"], "hosts": ["example.org"]}).json()["exit_code"] == 3
    assert client.post("/api/v1/check?as_of=2024-09-30", json=asked).json()["verdict"] == "stale"
    assert client.post(
        URL, json=asked | {"packages": ["pkg:pypi/litellm"], "fail_on": "critical", "in": ["DE"], "fail_on_unknown": True}
    ).json()["verdict"] == ("open_questions")


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        pytest.param({"hosts": ["api.openai.com"]}, 422, "required", id="no place"),
        pytest.param({"in": [], "hosts": []}, 422, "at least 1", id="no place in the list"),
        pytest.param({"in": ["UK"]}, 400, "did you mean GB?", id="no such place"),
        pytest.param({"in": ["CN"], "fail_on": "severe"}, 422, "'low'", id="no such level"),
        pytest.param({"in": ["CN"], "horizon_days": -1}, 422, "greater than or equal to 0", id="a horizon in the past"),
        pytest.param({"in": ["CN"], "horizon": "30d"}, 422, "not permitted", id="unknown key"),
        pytest.param({"in": ["CN"], "accepted": [{"event": "x", "until": "2024-01-01", "reason": ""}]}, 422, "at least 1", id="no reason"),
        pytest.param(
            {"in": ["CN"], "detection": {"uses": [{"provider": "opnai", "confidence": "high", "why": ""}]}},
            400,
            "another catalogue",
            id="a stranger",
        ),
    ],
)
def test_bad_requests_are_problem_documents(client: TestClient, asked: dict[str, Any], status: int, says: str) -> None:
    answer = client.post(URL, json=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.text


def test_a_body_beyond_reason_is_refused(client: TestClient) -> None:
    chunks = (b"x" * 2**20 for _ in range(MAX_BODY_BYTES // 2**20 + 1))
    for body in (b"x" * (MAX_BODY_BYTES + 1), chunks):
        answer = client.post(URL, content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    text = '{"in": ["CN"], "files": {"requirements.txt": "openai' + "\\n" * 1_000_000 + '"}}'
    assert client.post(URL, content=text, headers={"Content-Type": "application/json"}).json()["verdict"] == "findings"


def test_the_shape_is_described(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    operation = schema["paths"]["/api/v1/check"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/CheckRequest")
    assert "in" in schema["components"]["schemas"]["CheckRequest"]["required"]
    assert {"400", "413", "422"} <= operation["responses"].keys()
