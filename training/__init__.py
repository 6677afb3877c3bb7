"""Trains the learned heads from the corpus. Needs the packages of the `train` extra; nothing here runs in the service."""
