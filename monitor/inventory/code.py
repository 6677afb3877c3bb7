"""What code and configuration show of providers: API hosts, names of variables, clients and where these are pointed.

Bytes come in, signs with their offsets go out. Of a line nothing is kept but the known name that stood there: the value of a
variable, a password in an address or a tenant's name before a host never leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from monitor.catalog.signs import Signs

CODE_BYTES = 4 * 2**20
# What people write programs and settings in; a line break in a name hides nothing. Texts such as README.md are left out: they name what a
# reader may use.
CODE_NAME = re.compile(
    r".*\.(?:py|pyi|ipynb|[cm]?jsx?|[cm]?tsx?|vue|svelte|java|kts?|scala|groovy|go|rs|rb|php|cs|fs|vb|swift|m|mm|c|h|cc|cpp|hpp|dart|exs?|erl"
    r"|lua|pl|r|jl|sh|bash|zsh|ps1|bat|cmd|sql|ya?ml|toml|jsonc?|json5|ini|cfg|conf|properties|env|tf|tfvars|hcl|bicep|xml|plist|tpl|tmpl|j2)"
    r"|\.env(?:\..+|rc)?|(?:dockerfile|containerfile|makefile|jenkinsfile|procfile|vagrantfile)(?:\..+)?|\.npmrc",
    re.IGNORECASE | re.DOTALL,
)
_MOST_CLIENTS = 200
UNSEEN_ARGUMENTS = "OpenAI(…)"
"""A client whose arguments, an endpoint among them perhaps, come from elsewhere: `OpenAI(**settings)`, `new OpenAI({...options})`."""
_UNPACKED = re.compile(rb"\*\*|\.\.\.")
_LONGEST_VARIABLE = 64
Kind = Literal["host", "variable", "client", "azure_client", "pointer", "endpoint"]
_LOCAL = re.compile(r"localhost|127\.|0\.0\.0\.0|.*\.(?:local|localhost|test|example|invalid)|(?:.*\.)?example\.(?:com|org|net)|\[")

_HOST = re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+)+")
_VARIABLE = re.compile(rb"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)++(?![a-z])")
# OpenAI(…), AsyncOpenAI(…), ChatOpenAI(…), createOpenAI(…), AzureOpenAI(…) and their kin, with room for their arguments. A pattern that
# begins with a plain word is searched ten times faster, so what may stand before it is looked at afterwards.
_CLIENT = re.compile(rb"OpenAI(?:Embeddings|Client)?[ \t]*\((?=(?P<arguments>[^;]{0,800}))")
_BEFORE_CLIENT = re.compile(rb"(?<![A-Za-z0-9_])(?:Async|Chat|create)?(?P<azure>Azure)?(?:Chat|Async)?\Z")
_MODULE_CALL = re.compile(
    rb"openai(?<![\w.]openai)\.(?:ChatCompletion|Completion|Embedding|Image|chat\.completions|responses|embeddings)\b"
)
_POINTED = re.compile(rb"\b(?:base_?url|baseURL|base_?path|basePath|(?:openai_)?api_base|azure_endpoint)\b", re.IGNORECASE)
_MODULE_POINTED = re.compile(rb"openai(?<![\w.]openai)\.(?:api_base|base_url)[ \t]*=")
_ADDRESS = re.compile(rb"[=:(,][ \t]*[\"'`]?https?://(?:[^/\s\"'`@]{0,200}@)?(?P<host>[A-Za-z0-9.\[-][A-Za-z0-9.:\]-]{0,253})")


class Sign(NamedTuple):
    """One sign: its kind, the table's key for it or the host it names, and its offset."""

    kind: Kind
    what: str
    offset: int


def signs_in(body: bytes, signs: Signs) -> Iterator[Sign]:
    """Every sign of a provider in a file of code or configuration."""
    for hit in _HOST.finditer(body):
        if (host := signs.host(hit[0].decode().lower())) is not None:
            yield Sign("host", host, hit.start())
    for hit in _VARIABLE.finditer(body):
        if hit.end() - hit.start() > _LONGEST_VARIABLE or (name := signs.variable(hit[0].decode())) is None:
            continue
        if name in signs.pointers:
            yield Sign("pointer", name, hit.start())
            yield from _endpoint(body[hit.end() : hit.end() + 300].partition(b"\n")[0], hit.start(), signs)
        else:
            yield Sign("variable", name, hit.start())
    yield from _clients(body, signs)


def _clients(body: bytes, signs: Signs) -> Iterator[Sign]:
    if b"penAI" not in body and b"openai." not in body:
        return
    for hit in islice(_CLIENT.finditer(body), _MOST_CLIENTS):
        before = body[max(0, hit.start() - 120) : hit.start()].rpartition(b"\n")[2]
        called = _BEFORE_CLIENT.search(before)
        if called is None or _is_no_call(before[: called.start()].strip()):
            continue
        arguments = _within_brackets(hit["arguments"])
        if called["azure"]:
            yield Sign("azure_client", "AzureOpenAI", hit.start())
        elif _POINTED.search(arguments):
            yield Sign("pointer", "base_url", hit.start())
            yield from _endpoint(arguments, hit.start(), signs)
        else:
            yield Sign("client", UNSEEN_ARGUMENTS if _UNPACKED.search(arguments) else "OpenAI", hit.start())
    pointed = _MODULE_POINTED.search(body)
    if pointed:
        yield Sign("pointer", "openai.base_url", pointed.start())
        yield from _endpoint(body[pointed.end() - 1 : pointed.end() + 300].partition(b"\n")[0], pointed.start(), signs)
    else:
        yield from (Sign("client", "openai", hit.start()) for hit in _MODULE_CALL.finditer(body))


def _is_no_call(before: bytes) -> bool:
    """Whether what stands before a name in its line makes it a definition or a comment: `class OpenAI(Base):`, `# OpenAI(…)`."""
    return before.endswith((b"class", b"def", b"function")) or before.startswith((b"#", b"//", b"*"))


def _within_brackets(arguments: bytes) -> bytes:
    """The text up to the bracket that closes the call; all of it when the call is longer than what was kept."""
    depth = 1
    for at, sign in enumerate(arguments):
        depth += (sign == 0x28) - (sign == 0x29)
        if depth == 0:
            return arguments[:at]
    return arguments


def _endpoint(text: bytes, offset: int, signs: Signs) -> Iterator[Sign]:
    """The first address in a text, where its host is a stranger that the caller should tell us about."""
    found = _ADDRESS.search(text)
    host = found["host"].decode().lower().rpartition(":")[0] or found["host"].decode().lower() if found else ""
    if host and not _LOCAL.match(host) and signs.host(host) is None:
        yield Sign("endpoint", host, offset)
