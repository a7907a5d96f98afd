# shellcheck shell=bash
# nats-server: 2.10 is the first that knows `sync_interval: always`, which our promise of durability rests on.
nats_minimum=2.10.0

# nats_is_new_enough FILE
nats_is_new_enough() {
    local version
    version=$("$1" --version 2> /dev/null | sed -nE 's/.*v([0-9]+\.[0-9]+\.[0-9]+).*/\1/p')
    [ -n "$version" ] && dpkg --compare-versions "$version" ge "$nats_minimum"
}

# Leaves a link .deps/bin/nats-server. One on the PATH is taken if it is new enough, else Debian 13's is unpacked into .deps/nats: installing
# the package would also start a server of its own.
install_nats() {
    local link="$deps/bin/nats-server" found
    if [ -x "$link" ] && nats_is_new_enough "$link"; then return; fi
    mkdir -p "$deps/bin"
    found=$(PATH="$PATH:/usr/sbin" command -v nats-server || true)
    if [ -z "$found" ] || ! nats_is_new_enough "$found"; then
        found="$deps/nats/usr/sbin/nats-server"
        if ! { [ -x "$found" ] && nats_is_new_enough "$found"; }; then
            say "fetching nats-server from Debian 13 into .deps/nats"
            fetch_package trixie nats-server "$deps/nats"
        fi
        found=../nats/usr/sbin/nats-server
    fi
    ln -sfn "$found" "$link"
    nats_is_new_enough "$link" || die "$link does not run, or is older than $nats_minimum"
}
