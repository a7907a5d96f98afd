"""The command ./scripts/test."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Callable

import cpp
import form
from tally import Tally
from tools import ROOT, run

# Everything runs on the release build, the one that is shipped: our assertions and warnings are the same in every preset, and one build is
# half of two. Sanitizers have builds of their own and run where they are asked for.
PARTS: dict[str, tuple[str, Callable[[], Tally]]] = {
    "format": ("clang-format finds nothing to change", form.cpp_format),
    "scripts": ("shellcheck, and the tests of scripts/", lambda: form.shell() + form.python_tests("tests/scripts")),
    "layers": ("no include against the layers (part of unit, too)", lambda: Tally.of(run([sys.executable, "-B", str(ROOT / "tests/layers/layers.py")]))),
    "unit": ("each library and service by itself", lambda: cpp.labelled("release", "unit")),
    "integration": ("libraries and services with a real nats-server", lambda: cpp.labelled("release", "integration")),
    "e2e": ("the suite as scripts/start runs it", lambda: e2e()),
    "fault": ("processes are killed and frozen, the disk filled, the network cut while records flow; then all is counted", lambda: fault()),
    "fuzz": ("every parser, for some seconds each", cpp.fuzz),
    "sanitizers": ("unit and integration under AddressSanitizer, UBSan and ThreadSanitizer",
                   lambda: cpp.labelled("asan-ubsan", "unit", "integration") + cpp.labelled("tsan", "unit", "integration")),
}
ALL = ("format", "scripts", "unit", "integration", "e2e", "fault", "fuzz")


def e2e() -> Tally:
    return form.python_tests("tests/e2e") if cpp.build("release") else Tally.of(False)


def fault() -> Tally:
    """A short form of tests/fault/run, and the proof that it can fail; `just fault` has the long one."""
    if not cpp.build("release"):
        return Tally.of(False)
    fault_run = [sys.executable, "-B", str(ROOT / "tests/fault/run")]
    return Tally.of(run([*fault_run, "--rounds", "14"])) + Tally.of(run([*fault_run, "--prove", "--rounds", "3"]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", description="Builds and tests. Without a part: " + ", ".join(ALL) + ".",
                                     epilog="\n".join(f"  {name:12}{what}" for name, (what, _) in PARTS.items()),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], metavar="PART", help="what to run")
    chosen = parser.parse_args().part or ALL
    seen: dict[str, tuple[Tally, float]] = {}
    for name in chosen:
        print(f"\n=== {name}: {PARTS[name][0]}", flush=True)
        begun = time.monotonic()
        seen[name] = (PARTS[name][1](), time.monotonic() - begun)
    total = sum((tally for tally, _ in seen.values()), Tally())
    print()
    for name, (tally, seconds) in seen.items():
        print(f"  {name:12}{tally} in {seconds:.0f} s")
    print(f"\n{total}", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
