"""Listeners, their plays and days, Spotify's ranking, and syncs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Ids compare by code point, whatever the locale of the database.
SPOTIFY_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "albums",
        sa.Column("id", SPOTIFY_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_albums"),
    )
    op.create_table(
        "artists",
        sa.Column("id", SPOTIFY_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artists"),
    )
    op.create_table(
        "data_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_version"),
    )
    op.create_table(
        "spotify_waits",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("refused_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_spotify_waits"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("spotify_id", SPOTIFY_ID, nullable=False),
        sa.Column("account_id", SPOTIFY_ID),
        sa.Column("display_name", sa.Text()),
        sa.Column("timezone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sync_lock_holder", sa.String(length=32)),
        sa.Column("sync_lock_expires_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("account_id", name="uq_users_account_id"),
        sa.UniqueConstraint("spotify_id", name="uq_users_spotify_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_ins",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sign_ins_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "token_hash", name="pk_sign_ins"),
    )
    op.create_table(
        "spotify_connections",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("access_token_expires_at", MOMENT, nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("needs_reconnect_since", MOMENT),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_spotify_connections_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_spotify_connections"),
    )
    op.create_table(
        "sync_runs",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("plays_added", sa.Integer()),
        sa.Column("gap_started_at", MOMENT),
        sa.Column("gap_ended_at", MOMENT),
        sa.CheckConstraint(
            "status IN ('running', 'succeeded', 'partial', 'failed')", name="ck_sync_runs_status"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sync_runs_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_sync_runs"),
    )

    op.create_table(
        "tracks",
        sa.Column("id", SPOTIFY_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("isrc", sa.Text()),
        sa.Column("album_id", SPOTIFY_ID),
        sa.Column("artist_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name="fk_tracks_album_id_albums"),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
    )

    op.create_table(
        "user_top_artists",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("time_range", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("spotify_id", SPOTIFY_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("genres", sa.JSON(), nullable=False),
        sa.Column("image_url", sa.Text()),
        sa.Column("popularity", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "time_range IN ('short_term', 'medium_term', 'long_term')",
            name="ck_user_top_artists_time_range",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_top_artists_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "time_range", "rank", name="pk_user_top_artists"),
    )
    op.create_table(
        "user_top_tracks",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("time_range", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("spotify_id", SPOTIFY_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("artist_name", sa.Text(), nullable=False),
        sa.Column("album_name", sa.Text()),
        sa.Column("image_url", sa.Text()),
        sa.Column("preview_url", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "time_range IN ('short_term', 'medium_term', 'long_term')",
            name="ck_user_top_tracks_time_range",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_top_tracks_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "time_range", "rank", name="pk_user_top_tracks"),
    )
    op.create_table(
        "daily_listening",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("ms_played", sa.BigInteger(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("top_track_id", SPOTIFY_ID, nullable=False),
        sa.Column("top_artist_id", SPOTIFY_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["top_artist_id"], ["artists.id"], name="fk_daily_listening_top_artist_id_artists"
        ),
        sa.ForeignKeyConstraint(
            ["top_track_id"], ["tracks.id"], name="fk_daily_listening_top_track_id_tracks"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_daily_listening_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "date", name="pk_daily_listening"),
    )

    op.create_table(
        "plays",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("played_at", MOMENT, nullable=False),
        sa.Column("track_id", SPOTIFY_ID, nullable=False),
        sa.Column("ms_played", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.CheckConstraint("source IN ('sync', 'import')", name="ck_plays_source"),
        sa.CheckConstraint("ms_played >= 0", name="ck_plays_ms_played"),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_plays_track_id_tracks"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_plays_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "played_at", "track_id", name="pk_plays"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "track_artists",
        sa.Column("track_id", SPOTIFY_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("artist_id", SPOTIFY_ID, nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_track_artists_artist_id_artists"),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_track_artists_track_id_tracks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "position", name="pk_track_artists"),
    )
    op.create_index("ix_daily_listening_top_artist_id", "daily_listening", ["top_artist_id"])
    op.create_index("ix_daily_listening_top_track_id", "daily_listening", ["top_track_id"])
    op.create_index("ix_plays_track_id", "plays", ["track_id"])
    op.create_index(
        "ix_sync_runs_user_id_status_finished_at", "sync_runs", ["user_id", "status", "finished_at"]
    )
    op.create_index("ix_sync_runs_user_id_gap_ended_at", "sync_runs", ["user_id", "gap_ended_at"])
    op.create_index("ix_track_artists_artist_id", "track_artists", ["artist_id"])
    op.create_index("ix_tracks_album_id", "tracks", ["album_id"])


def downgrade() -> None:
    op.drop_table("track_artists")
    op.drop_table("plays")
    op.drop_table("daily_listening")
    op.drop_table("user_top_tracks")
    op.drop_table("user_top_artists")
    op.drop_table("tracks")
    op.drop_table("sync_runs")
    op.drop_table("spotify_connections")
    op.drop_table("sign_ins")
    op.drop_table("users")
    op.drop_table("spotify_waits")
    op.drop_table("data_version")
    op.drop_table("artists")
    op.drop_table("albums")
