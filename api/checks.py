"""The gate over HTTP: what a repository uses, judged like `forewarned check` does."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import AsOfDep, ReaderDep
from monitor.answers.checks import CheckAnswer, CheckRequest, check

router = APIRouter(prefix="/check", tags=["check"])


@router.post("")
def post_check(reader: ReaderDep, as_of: AsOfDep, request: CheckRequest) -> CheckAnswer:
    """Verdict, findings and open questions for files, package URLs, host names and names of variables; nothing is stored."""
    return check(reader, request, as_of)
