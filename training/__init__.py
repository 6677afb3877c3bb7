"""Trains what is learned from the corpus. Needs the packages of the `train` extra; nothing here runs in the service."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VOICES = ROOT / "corpus" / "voices"
SHIPPED = ROOT / "monitor" / "data" / "learned"
