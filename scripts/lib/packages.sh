# Debian packages and the Swift toolchain: what the scripts need, installed only when it is missing.
# Sourced by scripts/demo, scripts/test and scripts/bench (bash).
# shellcheck shell=bash

# The Swift that Package.swift asks for.
needed_swift=6.2

# The package is named for who reads the failure; what is looked for is what the scripts use.
declare -A package_evidence=(
    [fuse3]=fusermount3
    [libfuse3-dev]=/usr/include/fuse3/fuse_lowlevel.h
    [libpfm4-dev]=/usr/include/perfmon/pfmlib.h
    [pkg-config]=pkg-config
    [gcc]=gcc
    [linux-perf]=perf
    [busybox]=busybox
    [shellcheck]=shellcheck
    [groff-base]=groff
    [man-db]=man
    [dash]=dash
    [mount]=mount
    [util-linux]=setpriv
    [procps]=pgrep
)

# stop SENTENCE: ends the script with one line.
stop() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

is_present() {
    local evidence=${package_evidence[$1]:-}
    case $evidence in
        '') dpkg -s "$1" >/dev/null 2>&1 ;;
        /*) [ -e "$evidence" ] ;;
        *) command -v "$evidence" >/dev/null 2>&1 ;;
    esac
}

# require_packages NAME...: installs those that are missing, as root or through sudo.
require_packages() {
    local package missing=() as_root=()
    for package in "$@"; do
        is_present "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    command -v apt-get >/dev/null 2>&1 ||
        stop "missing: ${missing[*]} (Debian's names); no apt-get here, install them by hand"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            stop "missing: ${missing[*]}; run 'apt-get install ${missing[*]}' as root"
        as_root=(sudo)
    fi
    printf 'installing Debian packages: %s\n' "${missing[*]}"
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >/dev/null 2>&1; then
        # An old or absent list of packages is the usual reason.
        "${as_root[@]}" apt-get update -q </dev/null >/dev/null 2>&1 || true
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
            stop "apt-get could not install: ${missing[*]}"
    fi
    for package in "${missing[@]}"; do
        is_present "$package" ||
            stop "$package is installed, but ${package_evidence[$package]} is still missing"
    done
}

# require_swift: a toolchain that is new enough.
require_swift() {
    local version
    command -v swift >/dev/null 2>&1 ||
        stop "no swift in PATH; Swift $needed_swift or later is needed (swift.org/install)"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] || stop "'swift --version' does not tell a version"
    printf '%s\n%s\n' "$needed_swift" "$version" | sort -C -V ||
        stop "Swift $version is too old; $needed_swift or later is needed (swift.org/install)"
}

# require_fuse: a device to mount through.
require_fuse() {
    [ -e /dev/fuse ] || modprobe fuse 2>/dev/null ||
        stop "no /dev/fuse here; load the fuse module, or give the container that device"
    if [ ! -r /dev/fuse ] || [ ! -w /dev/fuse ]; then
        stop "/dev/fuse cannot be opened; run as root, or ask for access to it"
    fi
}
