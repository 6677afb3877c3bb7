"""The only place that chains the stages and touches the store. Due sources come in; documents, events and mails go out.

Rows are the truth: every step is idempotent by a unique key and looks for rows whose work is missing, so that a killed
process loses nothing and a second run repeats nothing.

    collect  due sources          → documents        collecting.py
    compare  uncompared documents → copies           comparing.py
    read     untagged documents   → taggings         reading.py
    assess   signals and copies   → events, scores   assessing.py
    deliver  events × inventory   → digests, alerts  mailing.py, alerting.py, rehearsing.py (looks back)
    post     queued mails         → SMTP             posting.py
    notify   queued messages      → webhooks, chats  notifying.py

Each step is loaded when it is first asked for: who only fetches, or only opens a store, needs no model and no numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.pipeline.alerting import preview_alert
    from monitor.pipeline.assessing import assess
    from monitor.pipeline.collecting import collect, ingest
    from monitor.pipeline.comparing import compare
    from monitor.pipeline.cycling import CycleSummary, cycle
    from monitor.pipeline.mailing import deliver, preview
    from monitor.pipeline.reading import Reads, read, read_documents
    from monitor.pipeline.world import Progress, World, no_progress, open_world
    from monitor.understand.tag import Tagger

__all__ = [
    "CycleSummary", "Progress", "Reads", "Tagger", "World", "assess", "collect", "compare", "cycle", "deliver", "ingest", "no_progress",
    "open_world", "preview", "preview_alert", "read", "read_documents",
]  # fmt: skip
_HOMES = {
    "alerting": ("preview_alert",),
    "assessing": ("assess",),
    "collecting": ("collect", "ingest"),
    "comparing": ("compare",),
    "cycling": ("CycleSummary", "Tagger", "cycle"),
    "mailing": ("deliver", "preview"),
    "reading": ("Reads", "read", "read_documents"),
    "world": ("Progress", "World", "no_progress", "open_world"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A step or a noun of the pipeline, from the module that has it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
