"""What `make up`, `down`, `status` and `logs` do. None of them imports an application."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from deploy.dev import environment, pids, stackfile
from deploy.dev.passwords import ADMIN, passwords
from deploy.dev.servers import servers
from deploy.dev.stack import ROOT, Stack, read_json, write_json
from deploy.kafka import jars

UP_WITHIN_S, DOWN_WITHIN_S, RENEWED_WITHIN_S = 240, 60, 150
LAST_LINES = 15
LARGEST_LOG = 20_000_000
# The C library keeps large blocks that were given back, such as those of argon2, once it has seen a
# few, and per thread at that. All processes inherit these.
MEMORY = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
BUYER = ("Lingang Logistics 临港物流", "lingang")


def up(stack: Stack) -> None:
    began = time.monotonic()
    stack.make_folders()
    used = servers(stack, os.environ)  # names wrong settings before anything starts
    if pids.launcher_of(read_json(stack.state_file)):
        await_up(stack, None, began)
    else:
        if used.broker:
            jars.ensure()
        await_up(stack, start_launcher(stack), began)
    fill(stack)
    say_where(stack, time.monotonic() - began)


def start_launcher(stack: Stack) -> subprocess.Popen[bytes]:
    """A process of its own session: it outlives the command and the terminal."""
    shorten_logs(stack)
    command = [sys.executable, "-m", "deploy.dev", "launch"]
    environ = os.environ | MEMORY | {"DATA": str(stack.data), "PORT": str(stack.port)}
    with (stack.logs / "launcher.log").open("a") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def shorten_logs(stack: Stack) -> None:
    """A log that has grown large begins anew; the one before is kept."""
    for log in stack.logs.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.rename(log.with_suffix(".log.1"))


def await_up(stack: Stack, launcher: subprocess.Popen[bytes] | None, began: float) -> None:
    """Show each process when it is ready, until all are."""
    shown: set[str] = set()
    while time.monotonic() - began < UP_WITHIN_S:
        state = read_json(stack.state_file)
        ours = launcher is None or state.get("launcher", {}).get("pid") == launcher.pid
        if ours:
            show_progress(state, shown, time.monotonic() - began)
            if state["up"]:
                return
        if has_ended(launcher, state):
            fail(stack, (ours and state["error"]) or "The launcher has ended")
        time.sleep(0.1)
    fail(stack, "Not everything became ready in time; see `make status`")


def has_ended(launcher: subprocess.Popen[bytes] | None, state: dict[str, Any]) -> bool:
    """Our own child, or one that somebody else has started."""
    return launcher.poll() is not None if launcher else pids.launcher_of(state) is None


def show_progress(state: dict[str, Any], shown: set[str], seconds: float) -> None:
    for unit in state["units"]:
        if unit["ready"] and unit["name"] not in shown:
            shown.add(unit["name"])
            print(f"  {unit['name']:<22} ready {seconds:6.1f} s", flush=True)


def fail(stack: Stack, what: str) -> NoReturn:
    print(what, file=sys.stderr)
    log = what.rpartition("see ")[2]
    shown = Path(log) if log.endswith(".log") else stack.logs / "launcher.log"
    if shown.exists():
        print(*shown.read_text(errors="replace").splitlines()[-LAST_LINES:], sep="\n  ")
    sys.exit(1)


def fill(stack: Stack) -> None:
    """At the first start: the first administrator, then the demo, through the running stack."""
    if stack.demo_marker.exists():
        return
    if not (stack.data / "admin.done").exists():
        first_administrator(stack)
    stackfile.write(stack, servers(stack, os.environ))
    if os.environ.get("DEMO") != "0":
        demo_data(stack)


def first_administrator(stack: Stack) -> None:
    who = ["--email", ADMIN, "--name", "Admin", "--organisation", BUYER[0], "--slug", BUYER[1]]
    arguments = ["-m", "gateway.commands", "bootstrap", *who, "--password-stdin"]
    run_tool(stack, arguments, stdin=passwords(stack)[ADMIN], quiet=True)
    (stack.data / "admin.done").touch()


def demo_data(stack: Stack) -> None:
    if stack.demo_marker.exists():
        print(f"The demo data are there already. To begin anew: make down, remove {stack.data}")
        return
    try:
        run_tool(stack, ["-m", "deploy.demo"], more=demo_settings(stack))
        stack.demo_marker.touch()
    finally:  # who is there already can sign in, even if the rest is still to come
        stackfile.write(stack, servers(stack, os.environ))


def demo_settings(stack: Stack) -> Mapping[str, str]:
    found = read_json(stack.stack_file)
    first = found["accounts"][0]
    return {
        "BASE_URL": found["base_url"],
        "ADMIN_EMAIL": first["email"],
        "ADMIN_PASSWORD": first["password"],
    }


def run_tool(
    stack: Stack,
    arguments: list[str],
    stdin: str = "",
    more: Mapping[str, str] | None = None,
    *,
    quiet: bool = False,
) -> None:
    """A command of the product, with all the settings of this stack. `quiet`: it tells faults."""
    environ = {**environment.of_tools(stack, servers(stack, os.environ)), **(more or {})}
    command = [sys.executable, *arguments]
    out = subprocess.PIPE if quiet else None
    done = subprocess.run(
        command, cwd=ROOT, env=environ, input=stdin, text=True, check=False, stdout=out
    )
    if done.returncode:
        print(done.stdout or "", end="")
        sys.exit(done.returncode)


def say_where(stack: Stack, seconds: float) -> None:
    found = read_json(stack.stack_file)
    print(f"\nTandem is ready after {seconds:.1f} s: {found['base_url']}\n")
    for account in found["accounts"]:
        roles = ", ".join(account["roles"])
        line = f"  {account['email']:<34} {account['password']:<26}"
        print(f"{line} {account['organisation']}: {roles}")
    print(f"\nThe same, for tools, in {stack.stack_file}. Next: make status, make logs, make down.")


def down(stack: Stack) -> None:
    state = read_json(stack.state_file)
    launcher = pids.launcher_of(state)
    if launcher:
        launcher.terminate()
        launcher.wait(DOWN_WITHIN_S)
        print("Stopped")
    elif orphans := pids.end_orphans(state):
        print(f"The launcher was gone; stopped: {', '.join(orphans)}")
    else:
        print("Nothing runs")


def status(stack: Stack) -> None:
    state = read_json(stack.state_file)
    launcher = pids.launcher_of(state)
    if not launcher:
        sys.exit("Nothing runs" if not state else "The launcher does not run; `make up` starts it")
    rows = [("launcher", launcher.pid, None, own_memory(launcher.pid), state["up"], 1)]
    for unit in state["units"]:
        if not unit["once"]:
            memory = pids.memory_mb(unit["pid"]) if unit["pid"] else 0.0
            row = (unit["name"], unit["pid"], unit["port"], memory, unit["ready"], unit["starts"])
            rows.append(row)
    print(f"{'process':<22} {'pid':>8} {'port':>6} {'memory':>9}  ready")
    for name, pid, port, memory, ready, starts in rows:
        again = f", started {starts} times" if starts > 1 else ""
        said = f"{'yes' if ready else 'no'}{again}"
        print(f"{name:<22} {pid:>8} {port or '':>6} {memory:>6.0f} MB  {said}")
    print(f"{'together':<22} {'':>8} {'':>6} {sum(row[3] for row in rows):>6.0f} MB")


def restart(stack: Stack) -> None:
    """Renew the process in `NAME`: the launcher does it, and we say how it went."""
    name, began = os.environ.get("NAME", ""), time.monotonic()
    state = read_json(stack.state_file)
    before = next((each for each in state.get("units", []) if each["name"] == name), None)
    if not pids.launcher_of(state) or not state["up"]:
        sys.exit("Not everything runs; see `make status`")
    if before is None or before["once"]:
        names = ", ".join(each["name"] for each in state["units"] if not each["once"])
        sys.exit(f"NAME is one of {names}")
    write_json(stack.restart_file, {"name": name})  # whole at once: the launcher looks at any time
    after = await_renewal(stack, name, began)
    if after["pid"] == before["pid"]:
        sys.exit(f"{name} was not renewed and goes on as it was: see {stack.logs / name}.log")
    print(f"{name} is renewed after {time.monotonic() - began:.1f} s: pid {after['pid']}")


def await_renewal(stack: Stack, name: str, began: float) -> Mapping[str, Any]:
    """Until the one before has gone and the new one is ready."""
    while time.monotonic() - began < RENEWED_WITHIN_S:
        asked, state = stack.restart_file.exists(), read_json(stack.state_file)
        [unit] = [each for each in state["units"] if each["name"] == name]
        gone = name not in {each["name"] for each in state["leaving"]}
        if not asked and gone and unit["ready"]:
            return dict(unit)
        time.sleep(0.1)
    sys.exit(f"{name} was not renewed in time; see `make status`")


def own_memory(pid: int) -> float:
    return pids.pss_kb(pid) / 1024


def logs(stack: Stack) -> None:
    """Follow all logs, or that of the process in `NAME`."""
    name = os.environ.get("NAME") or "*"
    files = sorted(str(file) for file in stack.logs.glob(f"{name}.log"))
    if not files:
        sys.exit(f"No log of {name} in {stack.logs}")
    os.execvp("tail", ["tail", "-n", str(LAST_LINES), "-F", *files])  # noqa: S606
