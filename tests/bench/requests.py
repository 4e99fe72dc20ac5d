"""Bids, lists and pages, through the gateway, directly, and on the floor, one after the other."""

import json
from collections.abc import Callable, Iterable
from itertools import product
from uuid import uuid4

from bench.bare import Floor
from bench.cpu import Spent, spent
from bench.drive import Driven, drive, request
from bench.figures import Figures
from bench.scene import Bidder, Scene, bid_body
from deploy.demo.chain import Json

BIDDERS, RFPS_A_ROUND, LISTS, PAGES, CONNECTIONS = 40, 5, 600, 600, 8
FLOOR_RFPS, LISTED = 100, 20


def bid_requests(
    base_url: str, rfps: list[Json], bidders: list[Bidder], token: Callable[[Bidder], str]
) -> list[bytes]:
    """One bid of each vendor for each lot."""
    tokens = {each.client_id: token(each) for each in bidders}
    return [
        request(
            "POST",
            f"{base_url}/api/v1/lots/{rfp['lots'][0]['id']}/bid",
            json.dumps(bid_body(rfp, number)).encode(),
            Authorization=f"Bearer {tokens[bidder.client_id]}",
            Idempotency_Key=str(uuid4()),
        )
        for number, (rfp, bidder) in enumerate(product(rfps, bidders))
    ]


def floor_bids(floor: Floor, rfp: Json, numbers: Iterable[int]) -> list[bytes]:
    """The same body, with the numbers that the floor wants beside it."""
    return [
        request(
            "POST",
            f"{floor.url}/bids",
            json.dumps(
                bid_body(rfp, n) | {"rfp": 1 + n % FLOOR_RFPS, "vendor": n // FLOOR_RFPS}
            ).encode(),
        )
        for n in numbers
    ]


class Requests:
    """Five rounds, each with floor, gateway and direct in turn."""

    def __init__(self, scene: Scene, floor: Floor, figures: Figures) -> None:
        self.scene, self.floor, self.figures = scene, floor, figures
        self.plan_id = scene.plan_id()
        self.bidders = scene.bidders(BIDDERS)
        scene.rfps(LISTED, self.plan_id, self.bidders[:2])  # so that the first list is a full one
        self.floor_bids = 0
        self.rfp_url = f"http://127.0.0.1:{scene.port('rfp')}"

    def round(self) -> None:
        self.bids()
        self.lists()
        self.pages()

    def bids(self) -> None:
        scene, rfps = self.scene, self.scene.rfps(2 * RFPS_A_ROUND, self.plan_id, self.bidders)
        first, second = rfps[:RFPS_A_ROUND], rfps[RFPS_A_ROUND:]
        many = RFPS_A_ROUND * BIDDERS
        numbers = range(self.floor_bids, self.floor_bids + many)
        bare = self.run(self.floor.url, floor_bids(self.floor, rfps[0], numbers), 201)
        self.floor_bids += many
        sent = bid_requests(scene.base_url, first, self.bidders, scene.token)
        with spent(scene.pids()) as cost:
            through = self.run(scene.base_url, sent, 201)
        sent = bid_requests(self.rfp_url, second, self.bidders, self.internal)
        direct = self.run(self.rfp_url, sent, 201)
        self.check_bids(rfps)
        self.note_rates("bid", bare, through, direct)
        self.figures.note("bid_cpu_ms", cost.ms_per(many, *ours(cost.seconds)))
        self.figures.note("bid_with_servers_cpu_ms", cost.ms_per(many))

    def internal(self, bidder: Bidder) -> str:
        return self.scene.internal_token(bidder, "rfp")

    def check_bids(self, rfps: list[Json]) -> None:
        """As many as were sent, one of each vendor for each lot; the floor's as well."""
        query = (
            "SELECT count(*), count(DISTINCT (lot_id, vendor_id)) FROM bids"
            " WHERE lot_id::text = ANY(%s)"
        )
        lots = [rfp["lots"][0]["id"] for rfp in rfps]
        expected = len(rfps) * BIDDERS
        assert self.scene.stack.rows("rfp", query, lots) == [(expected, expected)]
        assert self.floor.bids() == self.floor_bids

    def lists(self) -> None:
        buyer = self.scene.people["buyer"].bearer()["Authorization"]
        url = f"{self.scene.base_url}/api/v1/rfps?limit={LISTED}"
        sent = [request("GET", url, Authorization=buyer)] * LISTS
        bare = self.run(self.floor.url, [request("GET", f"{self.floor.url}/rfps")] * LISTS, 200)
        through = self.run(self.scene.base_url, sent, 200)
        assert len(json.loads(bare.last_body)["items"]) == LISTED
        assert len(json.loads(through.last_body)["items"]) == LISTED
        self.note_rates("list", bare, through)

    def pages(self) -> None:
        """The RFPs, with many rows; and for the edge a page of about ten KB."""
        driven, cost = self.page("/admin/rfps")
        small, cost_of_small = self.page("/admin/evaluations")
        self.figures.note("gateway_page_kb", small.received / PAGES / 1024)
        self.figures.note("gateway_cpu_ms", cost_of_small.ms_per(PAGES, "edge"))
        self.figures.note("rfp_page_per_s", driven.per_second)
        self.figures.note("rfp_page_p99_ms", driven.percentile_ms(0.99))
        self.figures.note("rfp_page_kb", driven.received / PAGES / 1024)
        self.figures.note("rfp_page_cpu_ms", cost.ms_per(PAGES, *ours(cost.seconds)))

    def page(self, path: str) -> tuple[Driven, Spent]:
        scene = self.scene
        sent = [request("GET", f"{scene.base_url}{path}", Cookie=scene.cookie)] * PAGES
        with spent(scene.pids()) as cost:
            driven = self.run(scene.base_url, sent, 200, connections=4)
        assert b"</html>" in driven.last_body
        return driven, cost

    def note_rates(
        self, what: str, bare: Driven, through: Driven, direct: Driven | None = None
    ) -> None:
        self.figures.note(f"{what}_floor_per_s", bare.per_second)
        self.figures.note(f"{what}_gateway_per_s", through.per_second)
        self.figures.note(f"{what}_gateway_per_floor", through.per_second / bare.per_second)
        if direct:
            self.figures.note(f"{what}_direct_per_s", direct.per_second)
            self.figures.note(f"{what}_direct_per_floor", direct.per_second / bare.per_second)

    def run(
        self, base_url: str, sent: list[bytes], status: int, *, connections: int = CONNECTIONS
    ) -> Driven:
        driven = drive(base_url, sent, connections=connections)
        wrong = [each for each in driven.statuses if each != status]
        assert not wrong, (wrong[:3], driven.last_body[:500])
        assert len(driven.statuses) == len(sent)
        return driven


def ours(names: Iterable[str]) -> list[str]:
    """Our own processes, without the servers they stand on."""
    return [name for name in names if name not in ("postgres", "kafka", "mail", "launcher")]
