# shellcheck shell=bash
# DuckDB's library and C header, out of npm packages whose digests are pinned in third_party/duckdb/packages.lock.

install_duckdb() {
    local lock="$root/third_party/duckdb/packages.lock" home="$deps/duckdb" pinned
    pinned=$(duckdb_packages "$lock")
    if [ "$(cat "$home/packages.lock" 2> /dev/null)" = "$pinned" ] && [ -f "$home/lib/libduckdb.so" ] && [ -f "$home/include/duckdb.h" ]; then return; fi
    [ -n "$pinned" ] || die "no DuckDB is pinned for $(dpkg --print-architecture) in third_party/duckdb/packages.lock"
    command -v npm > /dev/null || apt_install nodejs npm
    say "fetching DuckDB into .deps/duckdb"
    local package digest file target
    while read -r _ package digest file target; do
        fetch_from_npm "$package" "$digest" "$file" "$home/$target"
    done <<< "$pinned"
    printf '%s\n' "$pinned" > "$home/packages.lock"
}

# duckdb_packages LOCK: its lines for this machine.
duckdb_packages() {
    awk -v here="$(dpkg --print-architecture)" '$1 == here { library = 1; print } $1 == "all" { rest = rest $0 "\n" } END { if (library) printf "%s", rest }' "$1"
}

# fetch_from_npm PACKAGE SHA512 FILE TARGET: npm only downloads the tarball here. The target is replaced in one step, as a build may be reading it.
fetch_from_npm() {
    local package=$1 digest=$2 file=$3 target=$4 work
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    (cd "$work" && logged npm pack --ignore-scripts --no-audit --no-fund --loglevel=error "$package")
    if ! printf '%s  %s\n' "$digest" "$(echo "$work"/*.tgz)" | sha512sum --check --status; then
        rm -rf "$work"
        die "$package is not what third_party/duckdb/packages.lock has pinned"
    fi
    tar -xzf "$work"/*.tgz -C "$work" "package/$file"
    mkdir -p "$(dirname "$target")"
    touch "$work/package/$file" # the tarball dates it 1985: no build would notice that it is new
    mv -f "$work/package/$file" "$target"
    rm -rf "$work"
}
