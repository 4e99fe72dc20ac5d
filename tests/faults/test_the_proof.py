"""That the checker bites: a database that acknowledges before it has written does lose something.

The last one, because what it loses stays lost. Only in full rounds.
"""

import time

import pytest
from support.story import Cast

from faults import table
from faults.checker import lost
from faults.facts import gather, now
from faults.ground import Ground
from faults.traffic import Traffic

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not table.is_full(), reason="only with `make faults`"),
]
TRIES = 8


def test_an_early_acknowledgement_is_found_out(ground: Ground, who: Cast) -> None:
    ground.write("superuser", "ALTER SYSTEM SET wal_writer_delay = '10s'")
    ground.write("superuser", "ALTER SYSTEM SET synchronous_commit = off")
    ground.write("superuser", "SELECT pg_reload_conf()")
    missing: list[str] = []
    for _ in range(TRIES):
        since = now(ground.stack)
        with Traffic(who, per_second=20, kinds=("vendor",)) as traffic:
            time.sleep(3)
            ground.recovered(ground.kill("postgres"))
        facts = gather(ground.stack, traffic.entries, since, now(ground.stack), within=5)
        missing = [each for each in lost(facts) if each.startswith("change")]
        if missing:
            break
    assert missing, "nothing was lost: this test would not find a loss"
