"""Channels: everybody may read how they fare, who has a key may try one out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, get_args

from fastapi import APIRouter, FastAPI, Path, Request

from api.deps import EditorDep, ReaderDep
from monitor.answers.ways import ChannelPage, channels_answer
from monitor.catalog import load_channels
from monitor.inform.payload import MessageType, WebhookMessage
from monitor.model import CHANNEL_NAME
from monitor.pipeline.notifying import Trial, try_out

router = APIRouter(prefix="/channels", tags=["channels"])
NamePath = Annotated[str, Path(pattern=CHANNEL_NAME)]


@router.get("")
def list_channels(request: Request, reader: ReaderDep) -> ChannelPage:
    """The channels and how they fare, without URLs and keys."""
    return channels_answer(reader.store, load_channels(request.app.state.settings.channels))


@router.post("/{name}/test", status_code=201)
def post_test(request: Request, reader: ReaderDep, editor: EditorDep, name: NamePath) -> Trial:  # noqa: ARG001 - the key is asked for
    """Send a message marked as a test, in exactly the way of a warning; 201 however it ended, `state` says how."""
    from monitor.pipeline.ruling import world_of

    settings = request.app.state.settings
    world = world_of(reader.store, reader.catalog, settings, reader.clock)
    return try_out(replace(world, channels=load_channels(settings.channels)), name)


def describe_webhooks(app: FastAPI) -> None:
    """Put what a webhook channel gets into the OpenAPI document."""

    def message(body: WebhookMessage) -> None:
        """Signed as Standard Webhooks 1.0 says; answer 2xx within 20 seconds, 410 to get no more."""

    for kind in get_args(MessageType):
        app.webhooks.post(kind)(message)
