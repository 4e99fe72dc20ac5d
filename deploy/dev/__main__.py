"""`python -m deploy.dev up | down | status | logs | restart | demo-data | launch | run …`."""

import sys

from deploy.dev import commands, stack
from deploy.kafka.jars import WrongJars
from shared.config import ConfigError

COMMANDS = {
    "up": commands.up,
    "down": commands.down,
    "status": commands.status,
    "logs": commands.logs,
    "restart": commands.restart,
    "demo-data": commands.demo_data,
}


def main(name: str, arguments: list[str]) -> None:
    here = stack.from_environment()
    if name == "launch":
        from deploy.dev import launcher  # it imports much that the commands do not need

        launcher.main(here)
    elif name == "run":
        commands.run_tool(here, arguments)
    elif name in COMMANDS:
        COMMANDS[name](here)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if sys.argv[1:] else "", sys.argv[2:])
    except (ConfigError, WrongJars) as fault:
        sys.exit(str(fault))
