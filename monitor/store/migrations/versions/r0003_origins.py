"""Who repeats whom: documents as compared, copies as found, and decisions about origins."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Empty for known documents: the next run compares them all."""
    op.create_table(
        "text_sketch",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("retrieved_at", UTCDateTime(), nullable=False),
        sa.Column("origin_group", sa.String(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_text_sketch_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", "method", name=op.f("pk_text_sketch")),
        sa.UniqueConstraint("method", "number", name=op.f("uq_text_sketch_method_number")),
    )
    op.create_index(op.f("ix_text_sketch_method_retrieved_at"), "text_sketch", ["method", "retrieved_at"], unique=False)
    op.create_table(
        "text_copy",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("copied_id", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_text_copy_document_id_document")),
        sa.ForeignKeyConstraint(["copied_id"], ["document.id"], name=op.f("fk_text_copy_copied_id_document")),
        sa.PrimaryKeyConstraint("document_id", "copied_id", "method", name=op.f("pk_text_copy")),
    )
    op.create_index(op.f("ix_text_copy_copied_id"), "text_copy", ["copied_id"], unique=False)
    op.create_index(op.f("ix_text_copy_recorded_at_method"), "text_copy", ["recorded_at", "method"], unique=False)
    op.create_table(
        "origin_decision",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.CheckConstraint("verdict IN ('same', 'apart', 'undo')", name=op.f("ck_origin_decision_verdict")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_origin_decision")),
    )
