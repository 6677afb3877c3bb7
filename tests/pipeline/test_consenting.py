"""Double opt-in over real SMTP and HTTP: nobody who did not say yes gets a second mail, and looking at a link is no yes."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from monitor.answers.outbox import ConsentShape, outbox_answer
from monitor.cli.app import app
from monitor.errors import NotFoundError, UsageError
from monitor.pipeline import World, deliver
from monitor.pipeline.consenting import ITSELF, MOST_ASKED, answer_for, ask_again
from monitor.pipeline.posting import ANSWERED
from monitor.store import inventory, open_store
from tests.inform.smtp_servers import Scripted, good_server, scripted_server
from tests.pipeline.conftest import world_over
from tests.pipeline.test_alerting import begin, cut, known
from tests.pipeline.test_alerting import world as alerting_world
from tests.pipeline.test_deliver import MORNING, Told, at, reader, rows, team, through, told
from tests.pipeline.test_unsubscribing import BASE_URL, client, mails, on_the_web, part

__all__ = ["alerting_world", "told"]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YES = {"confirm": "yes"}


def asking(world: World) -> World:
    return replace(world, settings=world.settings.model_copy(update={"base_url": BASE_URL, "opt_in": "ask"}))


def path_in(mail: EmailMessage) -> str:
    (url,) = set(re.findall(rf"{BASE_URL}/confirm/\S+", part(mail, "plain")))
    assert url in part(mail, "html")
    return str(url).removeprefix(BASE_URL)


def consents(world: World) -> list[ConsentShape]:
    return outbox_answer(world.store, (), 50, masked=False).consents


def said(world: World) -> list[tuple[str, str, str]]:
    return [(one.recipient, one.state, one.author) for one in consents(world)]


def test_who_is_listed_gets_one_mail_that_asks_and_digests_only_after_saying_yes(told: Told) -> None:
    with good_server() as (box, port):
        world = asking(told(team("a", reader("Ops@example.com")), team("b", reader("ops@example.com")), smtp=port))
        first = deliver(world)
        assert (first["asked"], first["sent"], first["planned"], first["unconfirmed"]) == (1, 1, 0, 2)
        assert (deliver(world)["asked"], deliver(at(world, MORNING + DAY))["sent"], len(box.mails)) == (0, 0, 1)
        (asked,) = mails(box)
        assert asked["Subject"] == "Please confirm: policy warnings for a and b"
        assert asked["List-Unsubscribe"] is None
        with client(world) as web:
            for _ in range(3):  # scanners follow links
                page = web.get(path_in(asked))
                assert (page.status_code, "Get these mails?" in page.text, "example.com gets" in page.text) == (200, True, False)
                assert web.head(path_in(asked)).status_code == 200
            assert web.post(path_in(asked), data={"confirm": "no"}).status_code == 400
            assert web.post(path_in(asked)).status_code == 400
            assert said(world) == [("ops@example.com", "pending", "")]
            for _ in range(2):
                page = web.post(path_in(asked), data=YES)
                assert (page.status_code, "Confirmed" in page.text, page.headers["cache-control"]) == (200, True, "no-store")
        assert said(world) == [("ops@example.com", "confirmed", ITSELF)]
        assert deliver(world)["sent"] == 2, "the same morning, not only tomorrow"


def test_an_alert_waits_for_a_yes_too(alerting_world: World) -> None:
    now = asking(known(begin(alerting_world, team("a", reader("ops@example.com"))), cut()))
    with now.store.write() as tx:
        inventory.save_inventory(tx, [team("a", reader("ops@example.com"), reader("new@example.com", hour=23))], now.clock())
    assert deliver(now)["alerts"] == 1, "who was listed before is not asked"
    assert answer_for(now, ["NEW@example.com"], "ana") == 1
    assert deliver(now)["alerts"] == 1


def test_the_store_knows_hashes_only_and_a_forged_link_is_nothing(told: Told) -> None:
    with good_server() as (box, port):
        world = asking(told(team("a", reader("ops@example.com")), smtp=port))
        deliver(world)
        token = path_in(mails(box)[0]).rpartition("/")[2]
        assert len(token) >= 43
        with world.store.read() as tx:
            everything = [
                str(row) for table in ("consent", "consent_link", "delivery") for row in tx.execute(text(f"SELECT * FROM {table}"))
            ]
        assert everything
        assert not any(token in row for row in everything)
        with client(world) as web:
            for forged in (token[:-1], token + "x", "0" * 43, "x", "%00", "é"):
                assert web.get(f"/confirm/{forged}").status_code == 404
                assert web.post(f"/confirm/{forged}", data=YES).status_code == 404
        assert said(world) == [("ops@example.com", "pending", "")]


def test_a_link_is_good_for_a_week_and_another_one_comes_when_an_operator_says_so_three_times_at_most(told: Told) -> None:
    with good_server() as (box, port):
        world = asking(told(team("a", reader("ops@example.com")), smtp=port))
        deliver(world)
        with pytest.raises(UsageError, match="not again within 24 hours"):
            ask_again(at(world, MORNING + 23 * HOUR), "ops@example.com")
        late = at(world, MORNING + 7 * DAY)
        with client(late) as web:
            page = web.post(path_in(mails(box)[0]), data=YES)
            assert "too old" in page.text
        assert said(world) == [("ops@example.com", "pending", "")]
        for number in range(1, MOST_ASKED):
            again = at(world, MORNING + (7 + number) * DAY)
            ask_again(again, "OPS@example.com")
            assert deliver(again)["sent"] == 1
        with pytest.raises(UsageError, match="was asked 3 times"):
            ask_again(at(world, MORNING + 20 * DAY), "ops@example.com")
        assert len({str(mail["Message-ID"]) for mail in mails(box)}) == MOST_ASKED
        with client(at(world, MORNING + 10 * DAY)) as web:
            for mail in mails(box)[1:]:  # each that is young enough is good
                assert "Confirmed" in web.post(path_in(mail), data=YES).text
        with pytest.raises(UsageError, match="not waiting"):
            ask_again(world, "ops@example.com")
        with pytest.raises(NotFoundError, match="nobody@example"):
            ask_again(world, "nobody@example.com")


def test_a_mail_that_may_have_arrived_and_is_sent_again_leaves_the_first_link_good(told: Told) -> None:
    """Mail programs show the first of two mails with the same Message-ID."""
    script = Scripted(answers={"RCPT": b"451 later\r\n"}, then={"RCPT": b"250 fine\r\n"})
    world = asking(told(team("a", reader("ops@example.com"))))
    with scripted_server(script) as port:
        deliver(through(world, port))
    with good_server() as (box, port):
        assert deliver(through(at(world, MORNING + 48 * HOUR), port))["sent"] == 1, "it waited for two days and still asks"
        with client(world) as web:
            assert "Confirmed" in web.post(path_in(mails(box)[0]), data=YES).text


def test_who_answered_before_the_mail_left_is_not_asked_any_more(told: Told) -> None:
    world = asking(told(team("a", reader("ops@example.com"))))
    assert deliver(world)["asked"] == 1
    assert answer_for(world, [], "  ana  lee ") == 1
    with good_server() as (box, port):
        assert deliver(through(world, port))["sent"] == 1
        assert [mail["List-Id"] for mail in mails(box)] == ["Forewarned digest <digest.localhost>"]
    assert {(row.mail.kind, row.state, row.reason) for row in rows(world)} == {("confirmation", "failed", ANSWERED), ("digest", "sent", "")}
    (one,) = consents(world)
    assert (one.author, one.since) == ("ana lee", MORNING)
    with pytest.raises(UsageError, match="--by"):
        answer_for(world, [], " ")
    with pytest.raises(NotFoundError):
        answer_for(world, ["nobody@example.com"], "ana")


@pytest.mark.parametrize(
    ("changed", "author"),
    [
        pytest.param({"opt_in": "operator", "base_url": BASE_URL}, "operator (FOREWARNED_OPT_IN)", id="the operator answers for all"),
        pytest.param({"opt_in": "ask"}, "operator (no link could be followed)", id="on a loopback address nobody could say yes"),
    ],
)
def test_where_nobody_is_asked_it_is_written_down_who_answers(told: Told, changed: dict[str, str], author: str) -> None:
    world = told(team("a", reader("ops@example.com")))
    world = replace(world, settings=world.settings.model_copy(update=changed))
    assert (deliver(world)["asked"], deliver(world)["planned"], len(rows(world))) == (0, 0, 1)
    assert said(world) == [("ops@example.com", "confirmed", author)]
    assert deliver(asking(at(world, MORNING + DAY)))["asked"] == 0, "what was said stands when the setting changes"


def test_who_left_is_not_asked(told: Told) -> None:
    with good_server() as (box, port):
        world = on_the_web(told(team("a", reader("ops@example.com")), smtp=port))
        deliver(world)
        with client(world) as web:
            web.post(str(mails(box)[0]["List-Unsubscribe"]).strip("<>").removeprefix(BASE_URL), data={"List-Unsubscribe": "One-Click"})
        with world.store.write() as tx:
            tx.execute(text("DELETE FROM consent"))
        assert deliver(asking(at(world, MORNING + DAY)))["asked"] == 0


def test_two_replicas_ask_once(told: Told, store_url: str) -> None:
    with good_server() as (box, port):
        world = asking(told(team("a", *(reader(f"r{n}@example.com") for n in range(5))), smtp=port))
        with world_over(store_url, world.sources) as twin:
            other = replace(twin, settings=world.settings, clock=world.clock)
            assert sum(deliver(one)["asked"] for one in (world, other, world)) == 5
        assert len(box.mails) == 5


def test_whom_the_inventory_listed_before_the_upgrade_is_not_asked(empty_url: str) -> None:
    from alembic import command
    from alembic.config import Config

    from monitor.store import dialect, migrate

    with migrate.migrating(dialect.database_url(empty_url)) as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        body = f"[{team('a', reader('Ops@example.com')).model_dump_json()}]"
        connection.execute(
            text("INSERT INTO inventory_version (id, recorded_at, body_hash, body) VALUES (1, :at, 'x', :body)"),
            {"at": "2024-06-01 00:00:00", "body": body},
        )
    with closing(open_store(empty_url)) as store:
        (one,) = outbox_answer(store, (), 50, masked=False).consents
    assert (one.recipient, one.state, one.author) == ("ops@example.com", "confirmed", "listed before schema 0009")


def test_the_outbox_command_shows_who_waits_and_confirms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    with world_over(url, ()) as world:
        with world.store.write() as tx:
            inventory.save_inventory(tx, [team("a", reader("ops@example.com"), reader("boss@example.com"))], MORNING)
        assert deliver(asking(at(world, MORNING)))["asked"] == 2
    monkeypatch.setenv("FOREWARNED_DATABASE_URL", url)
    monkeypatch.setenv("FOREWARNED_BASE_URL", BASE_URL)
    run = CliRunner()
    assert "waits for a confirmation, asked 1 times" in run.invoke(app, ["outbox"]).stderr
    assert run.invoke(app, ["outbox", "confirm", "ops@example.com", "--by", "ana"]).exit_code == 0
    assert "boss@example.com --by YOU" in run.invoke(app, ["outbox"]).stderr
    assert run.invoke(app, ["outbox", "ask", "ops@example.com"]).exit_code != 0
    assert json.loads(run.invoke(app, ["outbox", "ask", "boss@example.com", "--json"]).stdout) == {"asked": "boss@example.com"}
    assert run.invoke(app, ["outbox", "confirm", "--all", "--by", "ana"]).exit_code == 0
    assert "waits" not in run.invoke(app, ["outbox"]).stderr
