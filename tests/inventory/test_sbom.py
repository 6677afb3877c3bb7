"""Bills of materials in both languages: what they declare is taken, what is broken in them is counted, nothing is dropped in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.inventory.manifests import UnreadableError
from monitor.inventory.sbom import read_bill
from monitor.model import Answer
from tests.inventory.repositories import asked, detected, told

SAASBOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [
        {"type": "library", "name": "openai", "version": "1.35.0", "purl": "pkg:pypi/openai@1.35.0"},
        {
            "type": "library",
            "name": "app",
            "components": [{"type": "library", "name": "sdk", "purl": "pkg:npm/%40anthropic-ai/sdk@0.24.0"}],
        },
        {"type": "operating-system", "name": "debian"},
    ],
    "services": [
        {
            "name": "chat",
            "provider": {"name": "OpenAI, L.L.C.", "url": ["https://openai.com"]},
            "endpoints": ["https://api.openai.com/v1"],
            "data": [{"flow": "outbound", "classification": "personal"}, {"flow": "inbound", "classification": "public"}],
            "services": [{"name": "Qwen", "provider": {"name": "Alibaba Cloud"}}],
        },
        {"name": "billing", "provider": {"name": "Our own"}, "endpoints": ["/internal"]},
    ],
}
SPDX2 = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {"name": "x", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:pypi/openai@1.35.0"}]},
        {"name": "y", "externalRefs": []},
    ],
}
SPDX3 = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "software_Package", "name": "a", "software_packageUrl": "pkg:pypi/openai@1.35.0"},
        {"type": "software_Package", "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/cohere-ai@7"}]},
        {"type": "Person", "name": "b"},
    ],
}


def test_services_are_declared_and_beat_packages() -> None:
    found = detected({"bom.json": json.dumps(SAASBOM, indent=1)})
    assert told(found) == {"openai": "high", "alibaba-cloud": "high", "anthropic": "medium"}
    use = next(use for use in found.uses if use.provider == "openai")
    assert (use.why, use.data_class) == ("declared as a service in bom.json", "personal, public")
    assert {(s.kind, s.what) for s in use.sightings} == {("service", "chat"), ("package", "openai 1.35.0")}
    assert asked(found) == ["service-billing"]
    assert "billing (Our own)" in found.questions[0].asks


def test_lines_are_those_of_the_file() -> None:
    text = json.dumps(SAASBOM, indent=1)
    found = detected({"bom.json": text})
    for use in found.uses:
        for sighting in use.sightings:
            assert sighting.what.partition(" ")[0].rpartition("/")[2] in text.splitlines()[sighting.line - 1]


def test_an_unknown_service_is_answered() -> None:
    answers = (Answer(question="service-billing", providers=()),)
    assert detected({"bom.json": json.dumps(SAASBOM)}, answers).questions == ()


@pytest.mark.parametrize(
    ("name", "bill", "uses", "passed_over"),
    [
        ("sbom.spdx.json", SPDX2, {"openai": "medium"}, ["1 packages without a purl"]),
        ("bom.spdx3.json", SPDX3, {"openai": "medium", "cohere": "medium"}, []),
        ("export.json", {"sbom": SPDX2} | {"spdxVersion": ""}, {"openai": "medium"}, ["1 packages without a purl"]),
        ("any.json", SPDX2, {"openai": "medium"}, ["1 packages without a purl"]),
    ],
)
def test_spdx(name: str, bill: dict[str, Any], uses: dict[str, str], passed_over: list[str]) -> None:
    found = detected({name: json.dumps(bill)})
    assert told(found) == uses
    assert [skipped.why for skipped in found.skipped] == [f"{what}: passed over" for what in passed_over]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "is not JSON (line 1", id="empty"),
        pytest.param('{"bomFormat":\n "CycloneDX",\n', "is not JSON (line 3", id="cut off"),
        pytest.param("[]", "is not a JSON object", id="a list"),
        pytest.param('{"hello": 1}', "neither CycloneDX", id="another document"),
        pytest.param("<bom xmlns='x'/>", "not XML", id="XML"),
        pytest.param("SPDXVersion: SPDX-2.3\n", "not tag-value", id="tag-value"),
        pytest.param("[" * 200_000, "nested too deeply", id="deep"),
        pytest.param('{"bomFormat": ' + "9" * 5_000 + "}", "that can be read", id="endless number"),
    ],
)
def test_what_is_no_bill_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        read_bill(text.encode(), lambda _: True)
    assert says in str(raised.value)
    assert [skipped.path for skipped in detected({"bom.json": text}).skipped] == ["bom.json"]


@pytest.mark.parametrize(
    ("broken", "passed_over"),
    [
        ({"components": "x"}, "1 lists of components that are no list"),
        ({"components": [1, None, "a"]}, "3 components that are no object"),
        ({"components": [{"purl": 1}, {"purl": ["pkg:pypi/openai"]}]}, "2 components without a purl"),
        ({"components": [{"purl": "openai@1"}, {"purl": "pkg:"}]}, "2 purls that cannot be read"),
        ({"services": [{"provider": 1}, {"name": " "}, {"name": 3}]}, "3 services without a name"),
        ({"services": {"name": "x"}}, "1 lists of services that are no list"),
    ],
)
def test_broken_parts_are_counted_and_the_others_read(broken: dict[str, Any], passed_over: str) -> None:
    bill = {"bomFormat": "CycloneDX"} | broken
    extra = {"services": [{"name": "Mistral AI"}]} if "components" in broken else {"components": [{"purl": "pkg:pypi/mistralai@1"}]}
    found = detected({"bom.json": json.dumps(bill | extra)})
    assert "mistral" in told(found)
    assert [skipped.why for skipped in found.skipped] == [f"{passed_over}: passed over"]


@settings(deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=8)
        | st.sampled_from(["pkg:pypi/openai@1", "OpenAI", "//[", "a://b:x"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["components", "services", "name", "purl", "provider", "endpoints", "data", "url", "type"]), inner
            )
        ),
        max_leaves=30,
    )
)
def test_no_shape_breaks_the_reader(anything: object) -> None:
    for bill in ({"bomFormat": "CycloneDX", "components": anything, "services": anything}, {"spdxVersion": "x", "packages": anything}):
        read_bill(json.dumps(bill).encode(), lambda _: True)
