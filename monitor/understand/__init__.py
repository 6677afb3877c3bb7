"""Understand: what a document says happened. Documents come in, `Tagging`s go out; `tag.py` is the door."""
