"""PostgreSQL refuses to run as root: root lends it an account that can do nothing else."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

NAME = "tandem-postgres"


class NoAccount(Exception):
    """PostgreSQL cannot be started as somebody else."""


def needed() -> bool:
    return os.geteuid() == 0


def ensure() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        make = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
        done = subprocess.run(make, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoAccount(f"{' '.join(make)}: {done.stderr.strip()}") from None
        return pwd.getpwnam(NAME)


def own(folder: Path) -> None:
    """Give the folder to the account."""
    if needed():
        os.chown(folder, ensure().pw_uid, ensure().pw_gid)


def command(program: Path, *paths: Path) -> list[str]:
    """What to put before a command, so that it runs as the account and reaches the paths."""
    if not needed():
        return []
    ensure()
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise NoAccount("setpriv (util-linux) is needed to start PostgreSQL as root")
    as_account = [setpriv, f"--reuid={NAME}", f"--regid={NAME}", "--clear-groups"]
    if all(map(reachable, (program, *paths))):
        return [*as_account, "--"]
    # A folder above is closed, as /root is: leave it so, and lend the right to walk through.
    lent = f"+{lendable()}"
    return [*as_account, f"--inh-caps={lent}", f"--ambient-caps={lent}", "--"]


def reachable(path: Path) -> bool:
    """Whether strangers may pass all folders above."""
    return all(stat.S_IXOTH & parent.stat().st_mode for parent in path.resolve().parents)


def lendable() -> str:
    """The smallest right that this machine, perhaps a container, has to lend."""
    status = Path("/proc/self/status").read_text()
    bounding = int(next(line for line in status.splitlines() if line.startswith("CapBnd"))[7:], 16)
    return "dac_read_search" if bounding & (1 << 2) else "dac_override"
