# shellcheck shell=bash
# Prometheus: one on the PATH, else Debian's, unpacked into .deps/prometheus: installing the package would also start a server of its own.

# Leaves a link .deps/bin/prometheus.
install_prometheus() {
    # shellcheck disable=SC2154 # set by the script that sources this
    local link="$deps/bin/prometheus" found
    [ -x "$link" ] && return
    mkdir -p "$deps/bin"
    found=$(command -v prometheus || true)
    if [ -z "$found" ]; then
        say "fetching prometheus into .deps/prometheus"
        fetch_package "$(codename)" prometheus "$deps/prometheus"
        found=../prometheus/usr/bin/prometheus
    fi
    ln -sfn "$found" "$link"
}
