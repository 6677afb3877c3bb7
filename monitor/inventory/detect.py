"""Which providers a repository depends on: files come in, uses with proof and open questions go out.

A pure function of the files. A host is proof by itself; an SDK or a variable stands for its provider unless the repository shows
that the client goes elsewhere (`resolve.py`). Aggregators, strangers' endpoints and unknown services are asked about.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.catalog import Catalog
from monitor.catalog.signs import Signs
from monitor.catalog.tree import Files, RepoFile, printable
from monitor.inventory.code import CODE_BYTES, CODE_NAME, signs_in
from monitor.inventory.manifests import LOCK_BYTES, Named, UnreadableError, manifest_kind
from monitor.inventory.requirements import REQUIREMENTS_NAME, required
from monitor.inventory.resolve import Observed, resolved
from monitor.inventory.sbom import SBOM_BYTES, SBOM_NAME, Service, is_bill, read_bill
from monitor.model import Answer, Detection, Sighting, SightingKind, Skipped

_KINDS: dict[str, SightingKind] = {
    "host": "host", "variable": "environment", "client": "client", "azure_client": "client", "pointer": "client", "endpoint": "endpoint",
}  # fmt: skip
# A file that repeats one sign ten thousand times proves no more than one that says it a few times.
MOST_PER_FILE = 5
MOST_SHOWN = 200


def readable(name: str) -> int:
    """How many bytes of a file of that name a scan reads; 0 for a file that cannot show a provider."""
    if (manifest := manifest_kind(name)) is not None:
        return manifest[0]
    if REQUIREMENTS_NAME.fullmatch(name):
        return LOCK_BYTES
    if SBOM_NAME.fullmatch(name):
        return SBOM_BYTES
    return CODE_BYTES if CODE_NAME.fullmatch(name) else 0


def detect(files: Files, signs: Signs, catalog: Catalog, answers: tuple[Answer, ...] = ()) -> Detection:
    """Every use that the files prove, every question they leave open (less those answered), and what was not read."""
    scan = _Scan(files, signs, catalog)
    count = 0
    for file in files:
        count += 1
        scan.read(file)
    uses, questions = resolved(tuple(scan.seen.values()), signs, catalog, answers)
    skipped = tuple(dict.fromkeys(files.skipped))
    return Detection(uses=uses, questions=questions, skipped=skipped, files=count)


class _Scan:
    """The signs of all files so far, each kind at most a few times per file."""

    def __init__(self, files: Files, signs: Signs, catalog: Catalog) -> None:
        self.files, self.signs, self.catalog = files, signs, catalog
        self.seen: dict[tuple[str, int, str, str], Observed] = {}
        self.required: set[str] = set()
        self._counts: dict[tuple[str, str, str], int] = {}

    def read(self, file: RepoFile) -> None:
        """Take the signs of one file."""
        manifest = manifest_kind(file.name)
        try:
            if manifest is not None:
                self._packages((file, named) for named in manifest[1](file.body))
            elif REQUIREMENTS_NAME.fullmatch(file.name):
                self._requirements(file)
            elif is_bill(file.name, file.body):
                self._bill(file)
            elif CODE_NAME.fullmatch(file.name):
                for sign in signs_in(file.body, self.signs):
                    self._add(file, sign.kind, sign.what, sign.offset, sign.what)
            else:
                self._requirements(file)  # a file of no known kind that the caller named
        except UnreadableError as error:
            self.files.skipped.append(Skipped(path=file.path, why=str(error)))

    def _requirements(self, file: RepoFile) -> None:
        self._packages(required(file, self.files.get, self.required, self.files.skipped))

    def _packages(self, found: Iterator[tuple[RepoFile, Named]]) -> None:
        for file, named in found:
            if self._is_known(named.key):
                name = named.key.partition("/")[2]
                self._add(file, "package", named.key, named.offset, f"{name} {named.version}".strip())

    def _is_known(self, key: str) -> bool:
        return key in self.signs.packages or key in self.signs.aggregator_signs

    def _bill(self, file: RepoFile) -> None:
        bill = read_bill(file.body, self._is_known)
        self._packages((file, named) for named in bill.packages)
        for service in bill.services:
            self._service(file, service)
        self.files.skipped += [Skipped(path=file.path, why=f"{what}: passed over") for what in bill.passed_over]

    def _service(self, file: RepoFile, service: Service) -> None:
        hosts = {key for host in service.hosts if (key := self.signs.host(host))}
        providers = {self.signs.hosts[key] for key in hosts if key in self.signs.hosts}
        if not providers and (found := self.catalog.named(service.provider) or self.catalog.named(service.name)):
            providers = {found}
        for provider in sorted(providers):
            self._add(file, "service", provider, service.offset, service.name, service.data_class)
        for key in sorted(hosts & self.signs.aggregator_signs.keys()):
            self._add(file, "host", key, service.offset, service.name)
        if not providers and not hosts:
            told = f"{service.name} ({service.provider})" if service.provider else service.name
            self._add(file, "unknown_service", service.name, service.offset, told)

    def _add(self, file: RepoFile, kind: str, key: str, offset: int, shown: str, data_class: str = "") -> None:
        counted = (file.path, kind, key)
        self._counts[counted] = self._counts.get(counted, 0) + 1
        if self._counts[counted] > MOST_PER_FILE:
            return
        line = file.body.count(b"\n", 0, offset) + 1
        shown_kind = _KINDS.get(kind, "service" if "service" in kind else "package")
        sighting = Sighting(path=file.path, line=line, kind=shown_kind, what=printable(shown)[:MOST_SHOWN])
        self.seen.setdefault((file.path, line, kind, key), Observed(kind, key, sighting, printable(data_class)[:MOST_SHOWN]))
