"""Forewarned: which policy or geopolitical event hits which provider you depend on, where, and from which day.

Stages are plain functions from noun to noun and know nothing of each other; `pipeline` is the only place that chains
them and touches the store; `schedule` says when; `answers`, the API and the mail only read.
"""

__version__ = "0.1.0"
