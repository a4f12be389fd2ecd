"""The table, and the figures in readable units."""

import os
import platform
import subprocess
from dataclasses import dataclass


@dataclass
class Row:
    """One line of the table. `met` is None when a figure has no target."""

    what: str
    parley: str
    limit: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None
    note: str = ""


def count(value):
    """12,345 or 1.23 M."""
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value:,.0f}"


def size(value):
    return f"{value / 1048576:.1f} MiB" if value >= 1048576 else f"{value / 1024:.2f} KiB"


def ms(value):
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def times(value):
    return f"{value:.2f} ×"


def table(rows):
    """Markdown."""
    lines = ["| scenario | Parley | limit | ratio | target | met |", "|---|---|---|---|---|---|"]
    notes = []
    for row in rows:
        mark = ""
        if row.note:
            notes.append(row.note)
            mark = f" [{len(notes)}]"
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.what}{mark} | {row.parley} | {row.limit} | {row.ratio} | {row.target} | {met} |")
    for number, note in enumerate(notes, 1):
        lines.append(f"{'' if number > 1 else chr(10)}{number}. {note}")
    return "\n".join(lines)


def steal_seconds():
    """CPU time that the host kept from this machine since it started, in seconds over all cores."""
    with open("/proc/stat") as file:
        fields = file.readline().split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def machine():
    """What the figures were taken on."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True,
        cwd=os.path.dirname(os.path.abspath(__file__)))
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load_average_at_start": os.getloadavg()[0],
        "revision": commit.stdout.strip() or "unknown",
    }
