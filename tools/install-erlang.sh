#!/bin/sh
# Installs Erlang/OTP, which ./coppice bench measures beside us, on Debian and Ubuntu, and only when it is missing. Elsewhere it says
# what to install.
set -eu
if command -v erl >/dev/null 2>&1 && command -v erlc >/dev/null 2>&1; then exit 0; fi

command -v apt-get >/dev/null 2>&1 || { echo "install-erlang: no apt-get here; please install Erlang/OTP 25 or newer" >&2; exit 1; }
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -q update
$as_root apt-get -q -y --no-install-recommends install erlang-base
