#!/usr/bin/env bash
# Installs what a bare Debian 12 needs to build and test Gregale. Safe to run again: what is there stays.
set -euo pipefail

packages=(
  build-essential cmake ninja-build ccache pkg-config lld-14
  clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
  tao-pegtl-dev libyaml-dev nlohmann-json3-dev libcurl4-openssl-dev libsqlitecpp-dev libsqlite3-dev
  libfmt-dev libspdlog-dev libcli11-dev libpcre2-dev libboost-dev libhowardhinnant-date-dev
  libunistring-dev libssl-dev libsodium-dev libssh-dev libmozjs-102-dev libmimalloc-dev
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  jq perl python3 python3-mistral-lib python3-aiosmtpd python3-paramiko python3-yaml python3-jsonschema openssh-server
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
