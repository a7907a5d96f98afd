"""Building the executables that are started."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Sequence

import paths
from say import Failure, Step

PROGRESS = re.compile(r"\[(\d+)/(\d+)\]")
SAID_MAX = 80  # lines


def install(group: str, say: Step) -> None:
    """Runs scripts/install, whose output is passed on: it says something only where something is missing."""
    with subprocess.Popen([str(paths.INSTALL), group], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace") as run:
        for line in run.stdout or ():
            say(line.strip())
    if run.returncode:
        raise Failure("not everything that is needed could be installed; see above")


def configure(say: Step, *options: str) -> None:
    say.progress("configuring")
    done = subprocess.run(["cmake", "--preset", "release", *options], cwd=paths.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        raise Failure(f"cmake failed:\n{done.stdout[-3000:]}")


def build(targets: Sequence[str], say: Step) -> None:
    """Brings executables up to date; ninja sees for itself in no time that nothing has changed, or that CMake must run again."""
    if not (paths.RELEASE / "build.ninja").is_file():
        configure(say, "-DLOGCHUTE_BUILD_TESTS=OFF")
    # Two ninjas in one folder would undo each other's work, so one waits for the other; scripts/test takes the same lock.
    command = ["flock", str(paths.RELEASE.with_suffix(".lock")), "ninja", "-C", str(paths.RELEASE), *targets]
    ninja = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                             env={**os.environ, "NINJA_STATUS": "[%f/%t] "})
    said: list[str] = []  # by compilers, from the first fault on; neither progress nor what CMake finds
    told = 0
    with ninja:
        for line in ninja.stdout or ():
            if not (seen := PROGRESS.match(line)):
                if len(said) < SAID_MAX and not line.startswith("-- "):
                    said.append(line)
            else:
                done, total = int(seen[1]), int(seen[2])
                say.progress(f"{done} of {total}")
                if not os.isatty(1) and total > 20 and done * 10 // total > told:
                    told = done * 10 // total
                    say(f"{done} of {total}")
    if ninja.returncode:
        raise Failure("the build failed:\n" + "".join(said))
