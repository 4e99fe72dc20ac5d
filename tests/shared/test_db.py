import sqlalchemy as sa

from shared import db


def test_the_server_ends_a_transaction_that_is_left_open(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        limit = connection.scalar(sa.text("SHOW idle_in_transaction_session_timeout"))
        assert (limit, connection.scalar(sa.text("SHOW timezone"))) == ("1min", "UTC")


def test_a_connection_that_the_server_closed_is_replaced(engine: sa.Engine) -> None:
    own = sa.select(sa.func.pg_backend_pid())
    pooled = db.connect(engine.url.render_as_string(hide_password=False), pool_size=1)
    with pooled.connect() as connection:
        first = connection.scalar(own)
    with engine.connect() as other:
        assert other.scalar(sa.select(sa.func.pg_terminate_backend(first, 5000)))
    with pooled.connect() as connection:
        assert connection.scalar(own) != first
    pooled.dispose()
