#!/bin/sh
# Installs what the tests drive from outside, on Debian and Ubuntu, and only what is missing. Elsewhere it says what to install.
set -eu
missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; } # command, package; apt-get does not mind a package named twice
need mosquitto_sub mosquitto-clients
need erl erlang-base
need erlc erlang-base
command -v google-chrome >/dev/null 2>&1 || need chromium chromium
need chromedriver chromium-driver
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null 2>&1 || { echo "install-test-tools: no apt-get here; please install:$missing" >&2; exit 1; }
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -q update
# shellcheck disable=SC2086 # a list of words
$as_root apt-get -q -y --no-install-recommends install $missing
