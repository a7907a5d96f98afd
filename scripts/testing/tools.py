"""Running the programs that test."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from typing import Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> bool:
    """Runs it with its output shown; whether it succeeded."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment).returncode == 0


def run_and_keep(command: Sequence[str]) -> tuple[bool, str]:
    """The same, and its output, which is shown as it comes."""
    kept = []
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            kept.append(line)
    return process.returncode == 0, "".join(kept)


def tracked(*patterns: str) -> list[str]:
    """The files of the repository that match, those not committed yet among them."""
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns], cwd=ROOT,
                             capture_output=True, check=True).stdout.decode()
    return sorted(name for name in listing.split("\0") if name and (ROOT / name).is_file())
