"""The shell functions behind scripts/install."""

import pathlib
import subprocess
import tempfile
import unittest

from support import ROOT

LIB = ROOT / "scripts" / "lib"


def shell(code: str, text: str = "") -> subprocess.CompletedProcess:
    """Runs code with the libraries loaded, `deps`, `log` and `root` set."""
    head = f'set -euo pipefail; root="{ROOT}"; deps=$(mktemp -d); log="$deps/log"; trap \'rm -rf "$deps"\' EXIT; ' \
        + "".join(f'source "{LIB / name}.sh"; ' for name in ("say", "packages", "debian_suite", "nats", "duckdb"))
    return subprocess.run(["bash", "-c", head + code], input=text, capture_output=True, text=True, check=False)


class InstallTest(unittest.TestCase):
    def test_what_is_installed_is_not_missing(self) -> None:
        done = shell("missing", "bash\ndpkg 1.0\nno-such-package-here\nbash 99999:1\n")
        self.assertEqual(done.stdout.split(), ["no-such-package-here", "bash"], done.stderr)

    def test_lists_are_read_without_comments(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("# a list\n\n  one  \ntwo>=3.1 # because\n")
            file.flush()
            done = shell(f'wanted /no/such/file "{file.name}"')
        self.assertEqual(done.stdout, "one\ntwo 3.1\n")

    def test_every_list_names_packages(self) -> None:
        for file in sorted((ROOT / "scripts" / "packages").glob("*.txt")):
            with self.subTest(file.name):
                self.assertRegex(shell(f'wanted "{file}"').stdout, r"^([a-z0-9.+-]+( [0-9][\w.:+~-]*)?\n)+$")

    def test_an_old_nats_server_is_not_new_enough(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "nats-server"
            for version, enough in {"v2.9.10": False, "v2.10.0": True, "v2.10.27": True, "v2.15.1": True, "nonsense": False}.items():
                fake.write_text(f"#!/bin/sh\necho 'nats-server: {version}'\n")
                fake.chmod(0o755)
                with self.subTest(version):
                    self.assertEqual(shell(f'nats_is_new_enough "{fake}"').returncode == 0, enough)

    def test_a_package_that_is_not_what_was_pinned_is_refused(self) -> None:
        npm = "npm() { echo other > fake-1.0.tgz; }; export -f npm; "
        done = shell(npm + 'fetch_from_npm fake@1.0 ' + "0" * 128 + ' file "$deps/out"; echo "not reached"')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("is not what third_party/duckdb/packages.lock has pinned", done.stderr)
        self.assertNotIn("not reached", done.stdout)

    def test_a_library_is_pinned_for_both_architectures(self) -> None:
        for architecture in ("amd64", "arm64"):
            done = shell(f'dpkg() {{ echo {architecture}; }}; duckdb_packages "$root/third_party/duckdb/packages.lock"')
            self.assertEqual([line.split()[-1] for line in done.stdout.splitlines()], ["lib/libduckdb.so", "include/duckdb.h"])
        self.assertEqual(shell('dpkg() { echo riscv64; }; duckdb_packages "$root/third_party/duckdb/packages.lock"').stdout, "")


if __name__ == "__main__":
    unittest.main()
