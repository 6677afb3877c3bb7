"""Which providers a repository shows, with a negative beside each positive; what it hides stays hidden."""

# ruff: noqa: E501 - one case a row

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.catalog import load_catalog
from monitor.catalog.signs import load_signs
from monitor.catalog.tree import MOST_FILES, Texts, Tree
from monitor.inventory.detect import detect, readable
from monitor.model import Answer
from tests.inventory.repositories import asked, detected, laid, places, scanned, told

CALL = "from openai import OpenAI\nclient = OpenAI()\n"
QWEN_CALL = 'client = OpenAI(\n    api_key=key,\n    base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",\n)\n'
RESOLVED = [
    ("its own host", {"a.py": 'url = "https://api.openai.com/v1"'}, {"openai": "high"}, []),
    ("a host under it", {"a.yaml": "host: eu.api.openai.com"}, {"openai": "high"}, []),
    ("a host in capitals", {"a.env": "X=HTTPS://API.OPENAI.COM"}, {"openai": "high"}, []),
    ("a host that only ends alike", {"a.py": "notapi.openai.com.evil.example api.openai.computer"}, {}, []),
    ("a link to a web site", {"a.py": "# see https://github.com/x/y https://platform.openai.com/docs https://docs.aws.amazon.com/s3"}, {}, []),
    ("a text for people", {"README.md": "api.openai.com", "docs/a.rst": "api.openai.com"}, {}, []),
    ("a tenant's host", {"a.py": 'f"https://{name}.openai.azure.com"'}, {"microsoft": "high"}, []),
    ("a variable's name", {".env": "ANTHROPIC_API_KEY=x"}, {"anthropic": "medium"}, []),
    ("a longer variable", {".env": "MY_ANTHROPIC_API_KEY_OLD=x\nXANTHROPIC_API_KEY=y"}, {}, []),
    ("the default endpoint", {"a.py": CALL}, {"openai": "medium"}, []),
    ("JavaScript's client", {"a.ts": "const c = new OpenAI({ apiKey })"}, {"openai": "medium"}, []),
    ("the old module", {"a.py": "openai.ChatCompletion.create(model='gpt-4')"}, {"openai": "medium"}, []),
    ("a class of that name", {"a.py": "class OpenAI(Base):\n    pass\n# OpenAI(x)"}, {}, []),
    ("a client pointed at Qwen", {"a.py": QWEN_CALL, "requirements.txt": "openai"}, {"alibaba-cloud": "high"}, []),
    ("pointed at Qwen by a setting", {"a.py": "OpenAI(base_url=settings.url)", "s.yaml": "url: https://dashscope.aliyuncs.com/v1"},
     {"alibaba-cloud": "high"}, []),
    ("pointed at Qwen by a variable", {"a.py": CALL, "x.env": "OPENAI_BASE_URL=https://dashscope.aliyuncs.com/v1"}, {"alibaba-cloud": "high"}, []),
    ("one call pointed, one not", {"a.py": QWEN_CALL, "b.py": CALL}, {"alibaba-cloud": "high", "openai": "medium"}, []),
    ("two calls in one file", {"a.py": QWEN_CALL + CALL}, {"alibaba-cloud": "high", "openai": "medium"}, []),
    ("pointed at its own host", {"a.py": 'OpenAI(base_url="https://api.openai.com/v1")'}, {"openai": "high"}, []),
    ("the module pointed at DeepSeek", {"a.py": 'openai.api_base = "https://api.deepseek.com"\nopenai.ChatCompletion.create()'},
     {"deepseek": "high"}, []),
    ("Azure's client", {"a.py": "AzureOpenAI(azure_endpoint=e)", "requirements.txt": "openai"}, {"microsoft": "high"}, ["openai-endpoint"]),
    ("the package beside another host", {"requirements.txt": "openai", "s.yaml": "u: https://api.deepseek.com"}, {"deepseek": "high"},
     ["openai-endpoint"]),
    ("the package alone", {"requirements.txt": "openai"}, {"openai": "medium"}, []),
    ("pointed at a stranger", {"a.py": 'OpenAI(base_url="https://me:hunter2@llm.corp.net:8443/v1")'}, {}, ["openai-endpoint"]),
    ("pointed from outside", {"a.py": 'OpenAI(base_url=os.environ["LLM_URL"])', "requirements.txt": "openai"}, {"openai": "medium"},
     ["openai-endpoint"]),
    ("a client built from settings", {"a.py": "OpenAI(**settings)", "s.yaml": "u: https://dashscope.aliyuncs.com"},
     {"alibaba-cloud": "high", "openai": "medium"}, ["openai-endpoint"]),
    ("JavaScript's client built from options", {"a.ts": "new OpenAI({...options})"}, {"openai": "medium"}, ["openai-endpoint"]),
    ("an aggregator's host", {"a.py": "https://openrouter.ai/api/v1"}, {"openrouter": "high"}, ["openrouter"]),
    ("Bedrock in any region", {"a.py": "bedrock-runtime.eu-west-1.amazonaws.com"}, {"aws": "high"}, ["bedrock"]),
    ("an aggregator's package", {"package.json": '{"dependencies": {"ai": "4"}}'}, {}, ["ai-sdk"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "uses", "questions"), [case[1:] for case in RESOLVED], ids=[case[0] for case in RESOLVED])
def test_who_is_behind_the_signs(files: dict[str, str], uses: dict[str, str], questions: list[str]) -> None:
    found = detected(files)
    assert told(found) == uses
    assert asked(found) == questions
    assert "hunter2" not in found.model_dump_json()


def test_every_use_and_question_has_its_proof() -> None:
    for _, files, _, _ in RESOLVED:
        found = detected(files)
        for seen in [use.sightings for use in found.uses] + [question.sightings for question in found.questions]:
            assert seen
            assert all(s.path in files and 1 <= s.line <= files[s.path].count("\n") + 1 for s in seen)


def test_proof_names_the_line() -> None:
    found = detected({"app/llm.py": "import os\n\n\nURL = 'https://api.openai.com'\n", "requirements.txt": "x\nopenai==1\n"})
    assert places(found, "openai") == {"app/llm.py:4", "requirements.txt:2"}


def test_a_stranger_is_named_without_its_password_and_path() -> None:
    (question,) = detected({"a.py": 'OpenAI(base_url="https://me:hunter2@llm.corp.net:8443/v1?key=abc")'}).questions
    assert "llm.corp.net" in question.asks
    assert "abc" not in question.model_dump_json()


def test_an_answer_closes_the_question_and_is_proof() -> None:
    files = {"a.py": 'OpenAI(base_url=os.environ["LLM_URL"])', "requirements.txt": "openai\nlitellm"}
    answers = (Answer(question="openai-endpoint", providers=("alibaba-cloud",)), Answer(question="litellm", providers=("zhipu", "baidu")))
    found = detected(files, answers)
    assert told(found) == {"alibaba-cloud": "high", "zhipu": "high", "baidu": "high"}
    assert found.questions == ()
    assert detected(files, (Answer(question="openai-endpoint", providers=()), Answer(question="litellm", providers=()))).uses == ()


SECRET = "sk-Th1sIsASecretValue0123456789"


@settings(deadline=None)
@given(
    name=st.sampled_from(["OPENAI_API_KEY", "DASHSCOPE_API_KEY", "LITELLM_API_KEY", "OPENAI_BASE_URL", "AZURE_OPENAI_KEY"]),
    sign=st.sampled_from(["=", ": ", "='", ' = "', '": "', " := "]),
    before=st.sampled_from(["", "export ", "  - ", '"', "# "]),
    path=st.sampled_from([".env", "a.py", "compose.yaml", "package.json", "requirements.txt", "bom.json"]),
)
def test_values_of_secrets_never_leave_the_file(name: str, sign: str, before: str, path: str) -> None:
    text = f"{before}{name}{sign}{SECRET}\nURL=https://user:{SECRET}@api.openai.com/{SECRET}?k={SECRET}\nopenai=={SECRET}\n"
    shown = detected({path: text}).model_dump_json()
    # What stands as the version of a package is no secret's place.
    assert SECRET not in shown.replace(f"openai {SECRET}", "")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a.py", "bom.json", "package.json", "requirements.txt", "uv.lock", "pyproject.toml"]), st.text()))
def test_no_text_breaks_a_scan(files: dict[str, str]) -> None:
    assert detected(files).files == len(files)


def test_signs_are_bounded_however_often_they_stand_there() -> None:
    found = detected({"a.py": "https://api.openai.com OpenAI() OPENAI_API_KEY\n" * 20_000, "b.py": "A_" * 500_000 + "a." * 500_000})
    assert len(found.uses[0].sightings) <= 20


def test_foreign_names_cannot_forge_lines() -> None:
    bill = '{"bomFormat": "CycloneDX", "services": [{"name": "a\\n::error::x\\u001b[2J", "provider": {"name": "No\\nOne"}}]}'
    (question,) = detected({"bom.json": bill}).questions
    assert question.asks.isprintable()
    assert question.id == "service-a-error-x-2j"


class TestFolders:
    """What a walk takes and passes over."""

    def test_third_parties_code_is_passed_over(self, tmp_path: Path) -> None:
        host = "https://api.openai.com"
        laid(
            tmp_path,
            {
                ".git/config": host, "node_modules/x/a.js": host, "web/node_modules/x/a.js": host, "my-env/pyvenv.cfg": "", "my-env/a.py": host,
                ".venv/a.py": host, "vendor/a.go": host, "src/a.py": "", "src/logo.png": host,
            },
        )  # fmt: skip
        found = scanned(tmp_path)
        assert (found.uses, found.files) == ((), 1)

    def test_what_is_excluded_is_passed_over(self, tmp_path: Path) -> None:
        laid(tmp_path, {"tests/deep/a.py": "api.openai.com", "src/a_test.py": "api.openai.com", "src/a.py": ""})
        assert told(scanned(tmp_path)) == {"openai": "high"}
        assert scanned(tmp_path, exclude=("tests/", "*_test.py")).uses == ()

    def test_links_are_not_followed(self, tmp_path: Path) -> None:
        root = laid(tmp_path / "repo", {"a/b.py": "x"})
        laid(tmp_path / "outside", {"c.py": "api.openai.com"})
        (root / "a/loop").symlink_to(root)
        (root / "a/out").symlink_to(tmp_path / "outside")
        (root / "c.py").symlink_to(tmp_path / "outside/c.py")
        (root / "dead.py").symlink_to(tmp_path / "nowhere")
        assert (scanned(root).uses, scanned(root).files) == ((), 1)

    def test_pipes_binaries_and_unreadable_files(self, tmp_path: Path) -> None:
        laid(
            tmp_path,
            {"data.json": b"\0\1\2api.openai.com", "a.py": b"\xff\xfeapi", "b.py": b"caf\xe9 api.mistral.ai", "Dockerfile": b"\0" * 9},
        )
        os.mkfifo(tmp_path / "pipe.py")
        found = scanned(tmp_path)
        assert told(found) == {"mistral": "high"}
        assert [(s.path, s.why) for s in found.skipped] == [("Dockerfile", "is no text")]

    def test_a_file_beyond_its_bound_is_listed(self, tmp_path: Path) -> None:
        laid(tmp_path, {"min.js": "x" * (4 * 2**20 + 1), "requirements.txt": "openai\n"})
        found = scanned(tmp_path)
        assert told(found) == {"openai": "medium"}
        assert [(s.path, s.why) for s in found.skipped] == [("min.js", "is larger than 4 MiB")]

    def test_a_file_by_itself_of_any_name(self, tmp_path: Path) -> None:
        laid(tmp_path, {"deps.lst": "openai\n", "other.txt": "anthropic\n"})
        assert told(scanned(tmp_path / "deps.lst")) == {"openai": "medium"}
        (tmp_path / "link").symlink_to(tmp_path / "deps.lst")
        assert told(scanned(tmp_path / "link")) == {"openai": "medium"}

    def test_names_that_are_no_text(self, tmp_path: Path) -> None:
        with open(os.path.join(os.fsencode(tmp_path), b"a\xff\n\x1b.py"), "wb") as handle:
            handle.write(b"api.openai.com")
        (use,) = scanned(tmp_path).uses
        assert use.sightings[0].path.isprintable()

    def test_a_walk_ends_and_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("monitor.catalog.tree.MOST_FILES", 2)
        laid(tmp_path, {f"{n}.py": "" for n in range(4)})
        tree = Tree(tmp_path, readable)
        assert len(list(tree)) == 2
        assert tree.skipped[0].why == f"the scan stops after {MOST_FILES:,} files".replace(f"{MOST_FILES:,}", "2")


def test_texts_of_no_known_kind_are_listed() -> None:
    texts = Texts({"README.md": "x"}, readable)
    found = detect(texts, load_signs(), load_catalog())
    assert (found.files, [skipped.path for skipped in found.skipped]) == (0, ["README.md"])


def test_every_sign_of_the_table_leads_to_a_provider_or_an_aggregator() -> None:
    signs, catalog = load_signs(), load_catalog()
    for table in (signs.hosts, signs.packages, signs.environment):
        assert set(table.values()) <= catalog.providers.keys()
    for endpoint in signs.endpoints:
        assert endpoint in signs.hosts, endpoint
    assert signs.compatible_signs & set(signs.packages)
