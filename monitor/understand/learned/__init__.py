"""Learned heads over a small sentence encoder: what they say of a text that rules have read."""
