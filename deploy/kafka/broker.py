"""How the broker is prepared and started: broker and controller in one process."""

import base64
import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka import jars
from deploy.kafka.java import java

HERE = Path(__file__).parent
# A small heap and one thread of collection: an idle broker stays below 200 MB.
OPTIONS = ["-Xms64m", "-Xmx256m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


@dataclass(frozen=True)
class Broker:
    folder: Path  # of its data
    logs: Path
    port: int
    controller_port: int

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    def prepare(self) -> list[str]:
        """Write its settings, format its folder when it is new; the command that runs it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.properties.write_text(self.settings())
        program = self.program()
        if not (self.folder / "data" / "meta.properties").exists():
            self.format(program)
        return [*program, "kafka.Kafka", str(self.properties)]

    def settings(self) -> str:
        text = (HERE / "server.properties.tmpl").read_text()
        values = {
            "PLAIN": self.port,
            "CONTROLLER": self.controller_port,
            "FOLDER": self.folder / "data",
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def program(self) -> list[str]:
        options = os.environ.get("KAFKA_OPTS", "").split() or OPTIONS
        logging = f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"
        own_log = f"-Dtandem.log={self.logs / 'kafka-server.log'}"
        return [java(), *options, logging, own_log, "-cp", f"{jars.ensure()}/*"]

    def format(self, program: list[str]) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        wanted = ["format", "--standalone", "-t", cluster, "-c", str(self.properties)]
        command = [*program, "kafka.tools.StorageTool", *wanted]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
