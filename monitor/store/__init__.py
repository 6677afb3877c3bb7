"""The only code that knows a database. Nouns come in and go out; each statement is a named function of a subject module.

store = open_store(settings.store_url)
with store.write() as tx:  # one transaction: all or nothing
    new = documents.add_documents(tx, found, now)
with store.read() as tx:  # one snapshot, cannot write
    known = events.events_as_of(tx, as_of)
"""

from monitor.store.engine import Session, Store, open_store

__all__ = ["Session", "Store", "open_store"]
