#!/usr/bin/env python3
"""HTTP -> JetStream -> store: how many records a second are accepted, and found; then what searches over them cost.

    tests/bench/pipeline.py [--records 5000000] [--clients 3]

Starts a suite of its own, posts bodies of 5,000 JSON lines of about 250 B made beforehand, and waits until the count in the store is exact.
"""

from __future__ import annotations

import argparse
import http.client
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from suite import SECTIONS, Suite  # noqa: E402

BODY_RECORDS = 5_000
LEVELS = (b"info",) * 7 + (b"debug", b"warn", b"error")
LINE = (b'{"timestamp":"%s.%06dZ","level":"%s","service":"svc-%d","host":"node-%02d","message":"request %07d served from shard %02d in %03d ms",'
        b'"tags":{"run":"bench"},"fields":{"seq":%d,"bucket":%d,"cached":%s,"duration_ms":%d.5}}\n')
QUERIES = {
    "a phrase that is nowhere": ("stats", {"q": '"no such phrase"'}),
    "a word that is in one record": ("search", {"q": "0123456"}),
    "a phrase, 1 in 64": ("stats", {"q": '"from shard 07"'}),
    "counts per minute by level": ("histogram", {"step": "1m", "by": "level"}),
    "a regular expression": ("stats", {"q": 'message:~"shard [0-9]+ in 99. ms"'}),
    "counts by service and level": ("stats", {"by": "service,level"}),
    "p95 of a field by service": ("stats", {"by": "service", "fn": "p95", "field": "duration_ms"}),
    "the newest 100": ("search", {}),
    "the newest 100 errors": ("search", {"q": "level:error"}),
}


def body(first: int, records: int, base: float) -> bytes:
    # 50 k records of log time a second: 5 M records are 100 s apart from first to last, as at a busy site.
    return b"".join(
        LINE % (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(base + n // 50_000)).encode(), n % 50_000 * 20, LEVELS[n % 10], n % 7, n % 50, n, n % 64,
                n % 997, n, n % 100, (b"true", b"false")[n % 2], n % 997)
        for n in range(first, first + records))


def post_all(suite: Suite, bodies: list[bytes], clients: int) -> None:
    lock, failures = threading.Lock(), []

    def client() -> None:
        link = http.client.HTTPConnection("127.0.0.1", suite.ports["gateway"], timeout=60)
        while True:
            with lock:
                if not bodies or failures:
                    return
                data = bodies.pop()
            while True:
                link.request("POST", "/api/v1/logs?source=bench", data, {"Content-Type": "application/x-ndjson"})
                answer = link.getresponse()
                text = answer.read()
                if answer.status == 200:
                    break
                if answer.status != 503:
                    failures.append(text)
                    return
                time.sleep(float(answer.headers.get("Retry-After", "1")))
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    if failures:
        raise RuntimeError(failures[0])


def memory(suite: Suite) -> dict[str, int]:
    return {name: int(pathlib.Path(f"/proc/{it['pid']}/status").read_text().split("VmRSS:")[1].split()[0]) // 1024
            for name, it in suite.status().items() if it["pid"]}


def cpu_seconds(suite: Suite) -> dict[str, float]:
    ticks = {name: pathlib.Path(f"/proc/{it['pid']}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
             for name, it in suite.status().items() if it["pid"]}
    return {name: sum(map(int, spent)) / os.sysconf("SC_CLK_TCK") for name, spent in ticks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--clients", type=int, default=3)
    options = parser.parse_args()
    suite = Suite()
    try:
        print(f"{len(SECTIONS) - 1} services and NATS, {options.records:,} records", flush=True)
        base = time.time() // 3600 * 3600 - 3600
        bodies = [body(first, min(BODY_RECORDS, options.records - first), base) for first in range(0, options.records, BODY_RECORDS)]
        size = sum(map(len, bodies))
        suite.start("--no-noise")
        before = cpu_seconds(suite)
        begun = time.monotonic()
        post_all(suite, bodies, options.clients)
        accepted = time.monotonic() - begun
        while (count := suite.count("")) < options.records:
            time.sleep(0.05)  # the store is another process: it is asked
        found = time.monotonic() - begun
        spent = {name: seconds - before.get(name, 0) for name, seconds in cpu_seconds(suite).items()}
        if count != options.records:
            raise RuntimeError(f"{count} records are found, not {options.records}")
        print(f"accepted   {options.records / accepted:12,.0f} records/s  {size / accepted / 1e6:6.0f} MB/s  ({size / options.records:.0f} B each)")
        print(f"searchable {options.records / found:12,.0f} records/s, all {count:,} of them")
        print(f"store      {sum(f.stat().st_size for f in (suite.data / 'store').rglob('*') if f.is_file()) / 1e6:12,.0f} MB on disk")
        print("processor  " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items()))
        print("memory     " + ", ".join(f"{name} {mb} MB" for name, mb in memory(suite).items()))
        for name, (route, query) in QUERIES.items():
            times = []
            for _ in range(7):
                begun = time.monotonic()
                answer = suite.get("dashboard", f"/api/v1/logs/{route}", **query)
                times.append((time.monotonic() - begun) * 1000)
                if answer.status != 200:
                    raise RuntimeError(answer.text)
            print(f"{name:32} {sorted(times)[3]:8.1f} ms (best {min(times):.1f})")
    finally:
        suite.close()


if __name__ == "__main__":
    main()
