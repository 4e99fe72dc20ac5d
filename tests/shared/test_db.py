import sqlalchemy as sa


def test_the_server_ends_a_transaction_that_is_left_open(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        limit = connection.scalar(sa.text("SHOW idle_in_transaction_session_timeout"))
        assert (limit, connection.scalar(sa.text("SHOW timezone"))) == ("1min", "UTC")
