"""Runs Prometheus for the suite on this machine: prometheus.yml with loopback in place of the names that only compose resolves."""

from __future__ import annotations

import argparse
import os
import pathlib

import yaml

import paths
from members import members
from run_folder import RunFolder


def local_config(config: dict, addresses: dict[str, str]) -> dict:
    """`config` with the jobs of `addresses` (name: host:port) alone, scraped there."""
    jobs = [{**job, "static_configs": [{"targets": [addresses[job["job_name"]]]}]}
            for job in config.get("scrape_configs", []) if job.get("job_name") in addresses]
    return {"global": config.get("global", {}), "scrape_configs": jobs}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/prometheus-local", description=__doc__)
    parser.add_argument("--data", default=str(paths.ROOT / "data"), help="the suite's folder; Prometheus keeps its own in DIR/prometheus (default: data)")
    parser.add_argument("--listen", default="127.0.0.1:9090", help="where it listens (default: %(default)s)")
    parser.add_argument("--executable", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    data = pathlib.Path(options.data).resolve()
    plan = RunFolder(data).plan()
    if not plan:
        parser.exit(1, f"error: no suite runs in {data}: ./scripts/start --detach starts one\n")
    addresses = {it.name: it.url.removeprefix("http://") for it in members(plan, data) if it.url.startswith("http://")}
    folder = data / "prometheus"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(local_config(yaml.safe_load((paths.ROOT / "prometheus.yml").read_text()), addresses), sort_keys=False))
    print(f"Prometheus for {', '.join(addresses)}: http://{options.listen}/targets", flush=True)
    os.execv(options.executable, ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}",
                                  f"--web.listen-address={options.listen}", "--log.level=warn"])


if __name__ == "__main__":
    main()
