"""What was measured: medians over the rounds, what they should be, and the file they go to."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

FILE = Path("build/bench.json")


@dataclass(frozen=True)
class Aim:
    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    def __str__(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


AIMS = {
    "bid_gateway_per_floor": Aim(least=0.33),
    "bid_direct_per_floor": Aim(least=0.6),
    "list_gateway_per_floor": Aim(least=0.25),
    "gateway_cpu_ms": Aim(most=0.6),
    "rfp_page_per_s": Aim(least=250),
    "rfp_page_p99_ms": Aim(most=50),
    "notify_p99_ms": Aim(most=1000),
    "relay_per_bare": Aim(least=0.75),
    "ingest_per_copy": Aim(least=0.2),
    "idle_mb": Aim(most=900),
    "warm_start_s": Aim(most=12),
}


@dataclass
class Figures:
    rounds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, name: str, value: float) -> None:
        self.rounds[name].append(value)

    def medians(self) -> dict[str, float]:
        return {name: round(median(values), 3) for name, values in self.rounds.items()}

    def show(self) -> None:
        print(f"\n{'figure':<28}{'median':>10}{'least':>10}{'most':>10}   aim")
        for name, value in self.medians().items():
            aim, values = AIMS.get(name), self.rounds[name]
            said = "" if aim is None else f"{aim}  {'holds' if aim.holds(value) else 'MISSED'}"
            print(f"{name:<28}{value:>10.3f}{min(values):>10.3f}{max(values):>10.3f}   {said}")

    def write(self) -> None:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(json.dumps(self.medians(), indent=2) + "\n")
