"""The C++ tests: presets, ctest, fuzz targets."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from tally import Tally
from tools import ROOT, run, run_and_keep

CORES = os.cpu_count() or 2
FUZZ_SECONDS = 10


def build(preset: str, *targets: str, options: tuple[str, ...] = ("-DLOGCHUTE_BUILD_TESTS=ON",)) -> bool:
    folder = ROOT / "build" / preset
    if not is_configured(preset, options) and not run(["cmake", "--preset", preset, *options]):
        return False
    return run(["flock", str(folder.with_suffix(".lock")), "ninja", "-C", str(folder), *targets],  # scripts/start may be building there
               {**os.environ, "NINJA_STATUS": "[%f/%t] "})


def is_configured(preset: str, options: tuple[str, ...]) -> bool:
    """Whether the cache holds these -DNAME=VALUE already; configuring again would only take time."""
    cache = ROOT / "build" / preset / "CMakeCache.txt"
    if not cache.is_file() or not (cache.parent / "build.ninja").is_file():
        return False
    text = cache.read_text()
    pairs = (option.removeprefix("-D").split("=", 1) for option in options)
    return all(re.search(rf"(?m)^{re.escape(name)}:\w+={re.escape(value)}$", text) for name, value in pairs)


def ctest(preset: str, label: str, parallel: int) -> Tally:
    ok, output = run_and_keep(["ctest", "--test-dir", str(ROOT / "build" / preset), "--label-regex", f"^({label})$", "--output-on-failure",
                               "--no-tests=error", "--timeout", "120", f"-j{parallel}"])
    seen = re.search(r"(\d+) tests failed out of (\d+)", output)
    if not seen:
        return Tally(0, 1)
    failed, total = int(seen[1]), int(seen[2])
    return Tally(total - failed, failed if failed or ok else 1)


def labelled(preset: str, *labels: str) -> Tally:
    """Builds the preset and runs the tests of these labels; one failure where it does not build."""
    if not build(preset):
        return Tally.of(False)
    # Integration tests start servers and watch times: fewer at once.
    return sum((ctest(preset, label, CORES if label == "unit" else 1) for label in labels), Tally())


def fuzz() -> Tally:
    """Each fuzz target for a moment, from its corpus in tests/fuzz/corpus/<name>, if it has one. What fails leaves its input in build/fuzz."""
    if not build("fuzz", "fuzz", options=()):
        return Tally.of(False)
    targets = sorted(path for path in (ROOT / "build" / "fuzz" / "bin").glob("fuzz_*") if os.access(path, os.X_OK))
    with ThreadPoolExecutor(max_workers=CORES) as pool:
        return sum(pool.map(fuzz_one, targets), Tally()) if targets else Tally.of(False)


def fuzz_one(target: os.PathLike) -> Tally:
    name, begun = os.path.basename(target), time.monotonic()
    corpus = ROOT / "tests" / "fuzz" / "corpus" / name.removeprefix("fuzz_")
    with tempfile.TemporaryDirectory() as fresh:  # new inputs go into the first folder
        done = subprocess.run([os.fspath(target), f"-max_total_time={FUZZ_SECONDS}", "-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1",
                               f"-artifact_prefix={ROOT / 'build' / 'fuzz'}/", fresh, *([str(corpus)] if corpus.is_dir() else [])],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    runs = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    holds = done.returncode == 0 and bool(runs)
    print(f"{'ok  ' if holds else 'FAIL'} {name}: {runs[1] if runs else 0} runs in {time.monotonic() - begun:.0f} s", flush=True)
    if not holds:
        print(done.stderr[-4000:], flush=True)
    return Tally.of(holds)
