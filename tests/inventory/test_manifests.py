"""Each kind of manifest and lock file names its packages at the right line, and only its packages."""

# ruff: noqa: E501 - one case a row

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inventory.repositories import asked, detected, laid, places, scanned, told

NPM_LOCK = """{
  "name": "shop", "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"openai": "^4"}},
    "node_modules/openai": {
      "version": "4.52.0",
      "resolved": "https://registry.example/openai.tgz"
    },
    "node_modules/a/node_modules/@anthropic-ai/sdk": {
      "version": "0.24.0"
    }
  }
}
"""
OPENAI, ANTHROPIC = ("openai", "medium"), ("anthropic", "medium")
# file, text, provider → file:line where it must be seen
CASES = [
    ("requirements.txt", "requests\nopenai==1.35.0  # chat\n", {"openai": "requirements.txt:2"}),
    ("requirements-dev.txt", "OpenAI[datalib]>=1 ; python_version<'4'\n", {"openai": "requirements-dev.txt:1"}),
    ("requirements/prod.in", "x\n", {}),
    ("prod-requirements.in", "langchain_openai~=0.1\n", {"openai": "prod-requirements.in:1"}),
    ("constraints.txt", "openai==1.35.0 \\\n    --hash=sha256:00\n", {"openai": "constraints.txt:1"}),
    ("requirements.txt", "-e git+https://git.example/x.git#egg=openai\n", {"openai": "requirements.txt:1"}),
    ("requirements.txt", "https://files.example/openai-1.35.0-py3-none-any.whl\n", {"openai": "requirements.txt:1"}),
    ("requirements.txt", "openai @ https://me:hunter2@files.example/x.whl\n", {"openai": "requirements.txt:1"}),
    ("requirements.txt", "# openai\nopenai-like\nmy-openai\n--find-links openai\n", {}),
    ("pyproject.toml", '[project]\nname = "shop"\nkeywords = ["openai"]\ndependencies = ["httpx"]\n', {}),
    ("pyproject.toml", '[project]\ndependencies = [\n  "httpx",\n  "openai>=1",\n]\n', {"openai": "pyproject.toml:4"}),
    ("pyproject.toml", '[project.optional-dependencies]\nllm = ["openai[x]>=1; python_version>\'3\'"]\n', {"openai": "pyproject.toml:2"}),
    ("pyproject.toml", '[dependency-groups]\ndev = ["anthropic", {include-group = "x"}]\n', {"anthropic": "pyproject.toml:2"}),
    ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\nopenai = {version = "^1", extras = []}\n', {"openai": "pyproject.toml:3"}),
    ("pyproject.toml", '[tool.poetry.group.llm.dependencies]\nanthropic = "^0.30"\n', {"anthropic": "pyproject.toml:2"}),
    ("pyproject.toml", '[tool.uv]\ndev-dependencies = ["openai"]\n', {"openai": "pyproject.toml:2"}),
    ("poetry.lock", '[[package]]\nname = "openai"\nversion = "1.35.0"\n\n[package.dependencies]\nhttpx = ">=0.23"\n', {"openai": "poetry.lock:2"}),
    ("uv.lock", 'version = 1\n\n[[package]]\nname = "shop"\ndependencies = [\n  { name = "openai" },\n]\n', {}),
    ("uv.lock", 'version = 1\n[[package]]\r\nname = "anthropic"\r\nversion = "0.30"\r\n', {"anthropic": "uv.lock:3"}),
    ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nname = "openai"\nversion = "1.35.0"\n', {"openai": "pylock.toml:3"}),
    ("pylock.prod.toml", '[[packages]]\nname = "openai"\n', {"openai": "pylock.prod.toml:2"}),
    ("pdm.lock", '[[package]]\nname = "openai"\nversion = "1.35.0"\n', {"openai": "pdm.lock:2"}),
    ("Pipfile", '[packages]\nopenai = "*"\n', {"openai": "Pipfile:2"}),
    ("Pipfile.lock", '{"default": {\n "openai": {"hashes": [], "version": "==1.35.0"}}}', {"openai": "Pipfile.lock:2"}),
    ("setup.py", 'setup(name="shop",\n install_requires=["openai>=1.0", "httpx"])', {"openai": "setup.py:2"}),
    ("setup.cfg", "[options]\ninstall_requires =\n    httpx\n    openai>=1\n", {"openai": "setup.cfg:4"}),
    ("environment.yml", "dependencies:\n  - python=3.11\n  - pip:\n    - openai==1.35.0\n", {"openai": "environment.yml:4"}),
    ("package.json", '{"name": "openai-shop",\n "dependencies": {\n  "openai": "^4.0.0"}}', {"openai": "package.json:3"}),
    ("package.json", '{"devDependencies": {"@anthropic-ai/sdk": "1"}}', {"anthropic": "package.json:1"}),
    ("package.json", '{"dependencies": {"llm": "npm:openai@4"}}', {"openai": "package.json:1"}),
    ("package.json", '{"scripts": {"openai": "x"}, "keywords": ["openai"]}', {}),
    ("package-lock.json", NPM_LOCK, {"openai": "package-lock.json:5", "anthropic": "package-lock.json:9"}),
    ("npm-shrinkwrap.json", '{"dependencies": {\n"openai": {\n"version": "4.52.0"}}}', {"openai": "npm-shrinkwrap.json:2"}),
    ("pnpm-lock.yaml", "packages:\n\n  openai@4.52.0(zod@3.23.8):\n    resolution: {}\n", {"openai": "pnpm-lock.yaml:3"}),
    ("pnpm-lock.yaml", "packages:\n  /@anthropic-ai/sdk/0.24.0:\n    x: 1\n", {"anthropic": "pnpm-lock.yaml:2"}),
    ("pnpm-lock.yaml", "packages:\n  '@anthropic-ai/sdk@0.24.0':\n    x: 1\n", {"anthropic": "pnpm-lock.yaml:2"}),
    ("yarn.lock", '"@anthropic-ai/sdk@^0.24.0":\n  version "0.24.0"\n', {"anthropic": "yarn.lock:1"}),
    ("yarn.lock", 'openai@^4.0.0, openai@^4.5.0:\n  version "4.52.0"\n', {"openai": "yarn.lock:1"}),
    ("yarn.lock", '"openai@npm:^4.0.0":\n  version: 4.52.0\n  resolution: "openai@npm:4.52.0"\n', {"openai": "yarn.lock:1"}),
    ("go.mod", "module shop\n\nrequire (\n\tgithub.com/openai/openai-go/v2 v2.1.0\n)\n", {"openai": "go.mod:4"}),
    ("Shop.csproj", '<Project><ItemGroup>\n<PackageReference Include="OpenAI" Version="2.0" />\n</ItemGroup></Project>', {"openai": "Shop.csproj:2"}),
    ("pom.xml", "<dependency>\n<groupId>com.openai</groupId>\n<artifactId>openai-java</artifactId></dependency>", {"openai": "pom.xml:3"}),
    ("build.gradle.kts", 'dependencies {\n implementation("com.openai:openai-java:1.0")\n}', {"openai": "build.gradle.kts:2"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "seen"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_packages_are_seen_where_they_stand(path: str, text: str, seen: dict[str, str]) -> None:
    found = detected({path: text})
    assert told(found) == dict.fromkeys(seen, "medium")
    for provider, place in seen.items():
        assert place in places(found, provider)


def test_versions_are_shown_and_nothing_else_of_the_line() -> None:
    (use,) = detected({"requirements.txt": "openai==1.35.0 --hash=sha256:beef # token hunter2\n"}).uses
    assert [sighting.what for sighting in use.sightings] == ["openai 1.35.0"]


def test_included_files_are_followed_once_also_in_circles(tmp_path: Path) -> None:
    laid(
        tmp_path,
        {
            "requirements.txt": "-r base.txt\n",
            "base.txt": "-r requirements.txt\n--requirement=more/other.lst\n-c base.txt\nanthropic\n",
            "more/other.lst": "-r ../base.txt\nopenai\n",
        },
    )
    found = scanned(tmp_path)
    assert told(found) == {"anthropic": "medium", "openai": "medium"}
    assert places(found, "openai") == {"more/other.lst:2"}
    assert len([s for use in found.uses for s in use.sightings]) == 2
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("-r ../secrets.txt", "not in this folder", id="out of the folder"),
        pytest.param("-r /etc/passwd", "not in this folder", id="absolute"),
        pytest.param("-r none.txt", "not in this folder", id="missing"),
        pytest.param("-r https://me:hunter2@lists.example/r.txt", "not fetched", id="from the network"),
        pytest.param("-r link.txt", "not in this folder", id="through a link"),
    ],
)
def test_an_include_that_is_not_followed_is_listed(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "secrets.txt").write_text("openai\n", "utf-8")
    root = laid(tmp_path / "repo", {"requirements.txt": f"{line}\n"})
    (root / "link.txt").symlink_to(tmp_path / "secrets.txt")
    found = scanned(root)
    assert found.uses == ()
    assert [(skipped.path, why in skipped.why) for skipped in found.skipped] == [("requirements.txt", True)]
    assert "hunter2" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("package.json", "{", "is not JSON"),
        ("package.json", "[]", "is not a JSON object"),
        ("package.json", "[" * 100_000, "nested too deeply"),
        ("pyproject.toml", "[project\n", "is not TOML"),
        ("bom.json", "{", "is not JSON (line 1"),
    ],
)
def test_a_damaged_manifest_is_listed_and_the_others_are_read(path: str, text: str, why: str) -> None:
    found = detected({path: text, "requirements.txt": "openai\n"})
    assert told(found) == dict([OPENAI])
    assert [skipped.path for skipped in found.skipped] == [path]
    assert why in found.skipped[0].why


def test_tables_of_other_shapes_are_no_error() -> None:
    odd = {
        "package.json": '{"dependencies": ["openai"], "devDependencies": {"openai": 1}}',
        "pyproject.toml": 'project = "x"\ntool = 1\ndependency-groups = [1]\n',
    }
    assert told(detected(odd)) == dict([OPENAI])


def test_requirements_that_a_windows_shell_wrote(tmp_path: Path) -> None:
    laid(tmp_path, {"requirements.txt": "openai==1.35.0\r\n".encode("utf-16"), "constraints.txt": b"\xef\xbb\xbfanthropic\r\n"})
    assert told(scanned(tmp_path)) == dict([OPENAI, ANTHROPIC])


def test_aggregators_are_asked_about() -> None:
    found = detected({"requirements.txt": "litellm\nlangchain\n"})
    assert found.uses == ()
    assert asked(found) == ["langchain", "litellm"]
