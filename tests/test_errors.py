"""Every error of ours carries a status, an exit code and a title of its own, read through the instance."""

from __future__ import annotations

import pytest

from monitor import errors
from monitor.errors import ConfigError, DeliveryError, ForewarnedError, NotFoundError


def subclasses(kind: type[ForewarnedError]) -> list[type[ForewarnedError]]:
    return [kind, *(grand for child in kind.__subclasses__() for grand in subclasses(child))]


def made(kind: type[ForewarnedError]) -> ForewarnedError:
    if issubclass(kind, NotFoundError):
        return kind("event", "evt_1")
    if issubclass(kind, DeliveryError):
        return kind("refused", reason="rejected")
    return kind("text")


@pytest.mark.parametrize("kind", subclasses(ForewarnedError), ids=lambda k: k.__name__)
def test_status_and_exit_code_are_those_of_the_class(kind: type[ForewarnedError]) -> None:
    error = made(kind)
    assert (error.http_status, error.exit_code, error.title) == (kind.http_status, kind.exit_code, kind.title)
    assert 400 <= error.http_status < 600
    assert error.exit_code in {2, 3, 70}
    assert kind.__name__ in (errors.__doc__ or ""), "the tree is drawn in the module's docstring"


def test_config_error_says_where() -> None:
    assert str(ConfigError("is wrong", file="feeds.yaml", line=7)) == "feeds.yaml:7: is wrong"
