"""Everything: sources, documents, tags, events, assessments, inventory, outbox, slots."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from monitor.store.dialect import only_where

revision = "0001"
down_revision = None


def _one_of(table: str, column: str, words: str) -> sa.CheckConstraint:
    """A CHECK that the column holds one of the words, or NULL."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words.split())})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    """From an empty database."""
    _collected()
    _understood()
    _assessed()
    _informed()


def _collected() -> None:
    """Sources with schedule, health and lease; documents as fetched."""
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("body_sha256", sa.String(), nullable=True),
        sa.Column("permanent_url", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_fetch_at", UTCDateTime(), nullable=True),
        sa.Column("last_success_at", UTCDateTime(), nullable=True),
        sa.Column("next_poll_at", UTCDateTime(), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        _one_of(
            "source",
            "reason",
            "timeout connection tls protocol truncated decode too_large not_a_feed not_well_formed forbidden_dtd "
            "entity_bomb empty_body bad_status rate_limited gone bad_redirect redirect_loop too_many_redirects "
            "blocked_address blocked_scheme blocked_port too_many_entries no_identity parser_killed",
        ),
        _one_of("source", "state", "ok not_modified empty failing quiet gone never"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_index(op.f("ix_source_next_poll_at"), "source", ["next_poll_at"], unique=False)
    op.create_index("uq_source_url_listed", "source", ["url"], unique=True, **only_where("listed"))
    op.create_table(
        "fetch_success", sa.Column("at", UTCDateTime(), nullable=False), sa.PrimaryKeyConstraint("at", name=op.f("pk_fetch_success"))
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("guid_hash", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("retrieved_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("url_hash", sa.String(), nullable=False),
        sa.Column("origin_group", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_document_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("source_id", "guid_hash", "revision", name=op.f("uq_document_source_id_guid_hash_revision")),
    )
    op.create_index(op.f("ix_document_content_hash"), "document", ["content_hash"], unique=False)
    op.create_index(op.f("ix_document_retrieved_at_id"), "document", ["retrieved_at", "id"], unique=False)
    op.create_index(op.f("ix_document_source_id_retrieved_at"), "document", ["source_id", "retrieved_at"], unique=False)
    op.create_index(op.f("ix_document_url_hash"), "document", ["url_hash"], unique=False)


def _understood() -> None:
    """What the tagger said of a document."""
    op.create_table(
        "tagging",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("tagger_version", sa.String(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_tagging_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", "tagger_version", name=op.f("pk_tagging")),
    )
    op.create_table(
        "mention",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("tagger_version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_mention_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", "provider_id", "span_start", "tagger_version", name=op.f("pk_mention")),
    )
    op.create_index(op.f("ix_mention_provider_id_document_id"), "mention", ["provider_id", "document_id"], unique=False)
    op.create_table(
        "signal",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("tagger_version", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("background", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        _one_of(
            "signal",
            "type",
            "access_restriction service_ban export_control sanctions_listing investment_restriction data_privacy "
            "licensing_regulation antitrust tariff divestiture litigation relief mitigation",
        ),
        sa.ForeignKeyConstraint(
            ["document_id", "tagger_version"],
            ["tagging.document_id", "tagging.tagger_version"],
            name=op.f("fk_signal_document_id_tagger_version_tagging"),
        ),
        sa.PrimaryKeyConstraint("document_id", "tagger_version", "position", name=op.f("pk_signal")),
    )


def _assessed() -> None:
    """Events, scores and who uses what."""
    op.create_table(
        "event",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "revision", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_event_id_recorded_at"), "event", ["event_id", "recorded_at"], unique=False)
    op.create_index(op.f("ix_event_recorded_at"), "event", ["recorded_at"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("methodology_version", sa.String(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("as_of_day", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        _one_of("assessment", "level", "none low medium high critical"),
        sa.PrimaryKeyConstraint(
            "provider_id", "jurisdiction", "methodology_version", "input_digest", "as_of_day", name=op.f("pk_assessment")
        ),
    )
    op.create_index(
        op.f("ix_assessment_provider_id_jurisdiction_as_of_day_recorded_at"),
        "assessment",
        ["provider_id", "jurisdiction", "as_of_day", "recorded_at"],
        unique=False,
    )
    op.create_table(
        "inventory_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_version")),
    )


def _informed() -> None:
    """The outbox and the runs of periodic jobs."""
    op.create_table(
        "delivery",
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        _one_of("delivery", "state", "queued sending sent failed in_doubt"),
        sa.PrimaryKeyConstraint("recipient", "slot", "channel", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    op.create_index(op.f("ix_delivery_state_due_at"), "delivery", ["state", "due_at"], unique=False)
    op.create_table(
        "schedule_slot",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_schedule_slot")),
    )
