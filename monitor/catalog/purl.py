"""Names of packages as keys: a package URL or an ecosystem with a name comes in, a key to compare goes out.

The only module that imports packageurl.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"[-_.]+")


def package_key(ecosystem: str, name: str) -> str:
    """`pypi/langchain-openai`: equal for all spellings that the ecosystem holds for one name; a namespace stands before a slash."""
    folded = name.lower()
    return f"{ecosystem}/{_RUNS.sub('-', folded) if ecosystem == 'pypi' else folded}"


def purl_key(purl: str) -> str | None:
    """The key of a package URL, its version left out; None when it is none."""
    from packageurl import PackageURL

    try:
        parsed = PackageURL.from_string(purl)
    except ValueError:
        return None
    return package_key(parsed.type, f"{parsed.namespace}/{parsed.name}" if parsed.namespace else parsed.name)


def purl_version(purl: str) -> str:
    """The version of a package URL that `purl_key` could read; empty when it names none."""
    from packageurl import PackageURL

    return PackageURL.from_string(purl).version or ""
