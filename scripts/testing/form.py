"""What can be said of files without running them, and the scripts' own tests."""

from __future__ import annotations

import sys
import unittest

from tally import Tally
from tools import ROOT, run, tracked


def cpp_format() -> Tally:
    files = tracked("*.cpp", "*.hpp")
    holds = run(["clang-format-19", "--dry-run", "--Werror", *files])
    print(f"{'ok  ' if holds else 'FAIL'} {len(files)} C++ files are formatted" + ("" if holds else "; ./scripts/lint --fix does it"), flush=True)
    return Tally.of(holds)


def shell() -> Tally:
    """shellcheck of every script; what is sourced is checked where it is sourced."""
    files = [name for name in tracked("scripts/*", ".ci/*", "tests/*") if is_shell(name) and not name.startswith("scripts/lib/")]
    holds = run(["shellcheck", *files])
    print(f"{'ok  ' if holds else 'FAIL'} shellcheck of {', '.join(files)}", flush=True)
    return Tally.of(holds)


def is_shell(name: str) -> bool:
    with open(ROOT / name, "rb") as file:
        head = file.readline(64)
    return head.startswith(b"#!") and head.rstrip().endswith((b"bash", b"/sh"))


def python_tests(folder: str) -> Tally:
    """The unittest files *_test.py of a folder."""
    sys.stdout.flush()
    suite = unittest.TestLoader().discover(str(ROOT / folder), pattern="*_test.py", top_level_dir=str(ROOT / folder))
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(outcome.failures) + len(outcome.errors) + len(outcome.unexpectedSuccesses)
    return Tally(outcome.testsRun - failed - len(outcome.skipped), failed) if outcome.testsRun else Tally.of(False)
