# shellcheck shell=bash
# Another suite of Debian (backports, a newer release) for single packages, from the mirror this machine uses already, with apt's usual check of
# signatures. Sources and lists of it live under .deps/apt/: the machine's own are neither changed nor used.

# debian_mirror: the address this machine has its main packages from. apt itself reads its sources here, whichever format they are in.
debian_mirror() {
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        awk -v release="$(codename)" '$1 == release && $2 == "main" { print $3; exit }'
}

# debian_keyring: the keyring that the machine's sources name for that mirror, else Debian's own.
debian_keyring() {
    local mirror=$1 files keyring
    files=$(grep -lsF "${mirror%/}" /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources || true)
    # shellcheck disable=SC2086 # a list of names without spaces
    keyring=$([ -z "$files" ] || sed -nE 's/^Signed-By:[[:space:]]*(\/[^[:space:]]+).*/\1/p; s/^deb .*\[.*signed-by=([^] ]+).*/\1/p' $files | head -n 1)
    printf '%s' "${keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}

# use_suite SUITE: sets suite_options, apt's options to see that suite alone, its lists fresh.
use_suite() {
    local suite=$1 mirror home
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "no Debian mirror is set up in /etc/apt: cannot fetch from $suite"
    home="$deps/apt/$suite"
    mkdir -p "$home/lists/partial" "$home/cache/archives/partial"
    printf '%s\n' "Types: deb" "URIs: $mirror" "Suites: $suite" "Components: main" "Signed-By: $(debian_keyring "$mirror")" > "$home/$suite.sources"
    suite_options=(
        -o "Dir::Etc::sourcelist=$home/$suite.sources" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$home/lists" -o "Dir::Cache=$home/cache" -o APT::Sandbox::User=root)
    logged apt-get "${suite_options[@]}" update
}

# fetch_package SUITE PACKAGE FOLDER: unpacks a package into a folder of ours; nothing is installed, none of its scripts run.
fetch_package() {
    local suite=$1 package=$2 folder=$3 work
    use_suite "$suite"
    work=$(mktemp -d "$deps/fetch.XXXXXX")
    (cd "$work" && logged apt-get "${suite_options[@]}" download "$package")
    rm -rf "$folder"
    logged dpkg-deb -x "$work"/*.deb "$folder"
    rm -rf "$work"
}
