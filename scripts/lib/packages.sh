# shellcheck shell=bash
# Debian packages: which are missing, and getting them.

# codename: bookworm, trixie, ...
codename() (
    # shellcheck source=/dev/null
    . /etc/os-release
    printf '%s' "${VERSION_CODENAME:-}"
)

# wanted FILE...: the packages named in those of the files that exist, as "name minimum-version" lines.
wanted() {
    local file
    for file; do
        [ -f "$file" ] || continue
        sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' -e 's/>=/ /' "$file"
    done
}

# missing: of the lines "name minimum-version" on standard input, the names of those not installed or too old.
missing() {
    local name version installed
    while read -r name version; do
        # shellcheck disable=SC2016 # dpkg-query's own variables
        installed=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2> /dev/null || true)
        case "$installed" in
            "installed "*) if [ -z "$version" ] || dpkg --compare-versions "${installed#installed }" ge "$version"; then continue; fi ;;
        esac
        printf '%s\n' "$name"
    done
}

# as_root COMMAND...
as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo > /dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        die "packages are missing, and neither root nor sudo is there to install them"
    fi
}

# install_packages GROUP...
install_packages() {
    local release group names=() late=()
    release=$(codename)
    for group; do
        [ -f "$root/scripts/packages/$group.txt" ] || die "there is no group '$group' in scripts/packages/"
        mapfile -t -O "${#late[@]}" late < <(wanted "$root/scripts/packages/$group.$release-backports.txt" | missing)
        mapfile -t -O "${#names[@]}" names < <(wanted "$root/scripts/packages/$group.txt" "$root/scripts/packages/$group.$release.txt" | missing)
    done
    if [ "${#late[@]}" -gt 0 ]; then  # those come from backports, not from the release itself
        mapfile -t names < <(comm -23 <(printf '%s\n' "${names[@]}" | sort -u) <(printf '%s\n' "${late[@]}" | sort -u) | sed '/^$/d')
    fi
    if [ "$(id -u)" != 0 ] && [ "$((${#names[@]} + ${#late[@]}))" -gt 0 ]; then
        say "root is needed to install: ${names[*]} ${late[*]}"
    fi
    if [ "${#names[@]}" -gt 0 ]; then apt_install "${names[@]}"; fi
    if [ "${#late[@]}" -gt 0 ]; then
        say "from $release-backports: ${late[*]}"
        use_suite "$release-backports"
        logged as_root apt-get "${suite_options[@]}" install -y --no-install-recommends -t "$release-backports" "${late[@]}"
    fi
}

# apt_install PACKAGE...
apt_install() {
    say "installing $# Debian packages: $*"
    logged as_root apt-get update
    logged as_root apt-get install -y --no-install-recommends "$@"
}
