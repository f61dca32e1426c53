#!/usr/bin/env bash
# Makes sure that a Docker engine runs and has a Redis image, and prints the exports that the tests need then:
#   docker_env="$(scripts/ci/docker.sh)" && eval "$docker_env"
# A machine with Docker and a registry gets no export and no change. On a bare Debian machine, as root, it installs and
# starts the engine; without a registry it makes an image out of Debian's redis-server and memcached.
set -euo pipefail

image="${HOLDFAST_TEST_REDIS_IMAGE:-redis:7-alpine}"
local_image='holdfast/servers:local'
log="${TMPDIR:-/tmp}/holdfast-dockerd.log"

say() { echo "docker: $*" >&2; }
die() { say "$*"; exit 1; }
engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }

apt_updated=''
apt_install() {
  [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] || die "no root on Debian: install $* yourself"
  export DEBIAN_FRONTEND=noninteractive
  [ -n "$apt_updated" ] || apt-get -q update >&2
  apt_updated=1
  apt-get -q install -y --no-install-recommends "$@" >&2
}

# Ports go to loopback only. Nothing of ours may stay open in the engine, or whoever reads our output waits for ever.
try_engine() {
  say "starting dockerd $*"
  setsid dockerd --ip 127.0.0.1 "$@" </dev/null >"$log" 2>&1 &
  engine_pid=$!
  for _ in $(seq 1 60); do
    engine_answers && return 0
    kill -0 "$engine_pid" 2>/dev/null || return 1
    sleep 0.5
  done
  kill "$engine_pid" && wait "$engine_pid" || true
  return 1
}

start_engine() {
  command -v dockerd >/dev/null && command -v iptables >/dev/null || apt_install docker.io iptables
  # the package may have started its service
  if engine_answers; then return; fi
  try_engine ||
    try_engine --storage-driver=vfs ||
    try_engine --iptables=false --ip6tables=false ||
    try_engine --iptables=false --ip6tables=false --storage-driver=vfs ||
    try_engine --iptables=false --ip6tables=false --bridge=none --storage-driver=vfs ||
    { tail -n 20 "$log" >&2; die 'dockerd does not start'; }
  echo "export HOLDFAST_CI_DOCKERD_PID=$engine_pid"
}

# The servers, a shell and the libraries they name: all that a container of ours needs.
make_image() {
  command -v redis-server >/dev/null && command -v redis-cli >/dev/null || install_server redis-server
  command -v memcached >/dev/null || install_server memcached
  local folder program
  folder="$(mktemp -d)"
  mkdir -p "$folder/bin" "$folder/usr/bin" "$folder/tmp" "$folder/data" "$folder/etc"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$folder/etc/passwd"
  for program in redis-server redis-cli memcached sh; do
    cp -L "$(command -v "$program")" "$folder/usr/bin/"
    cp -L "$(command -v "$program")" "$folder/bin/"
    { ldd "$(command -v "$program")" | grep -o '/[^ ]*' || true; } | while read -r library; do
      mkdir -p "$folder$(dirname "$library")"
      cp -L "$library" "$folder$library"
    done
  done
  tar -C "$folder" -c . |
    docker import --change 'CMD ["redis-server", "--protected-mode", "no"]' --change 'WORKDIR /data' - "$1" >/dev/null
  rm -rf "$folder"
}

# The program, not the service: a policy keeps the package from starting it.
install_server() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ -e "$policy" ]; then apt_install "$1"; return; fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  apt_install "$1" || status=$?
  rm -f "$policy"
  return "$status"
}

engine_pid=''
engine_answers || start_engine
say "engine $(docker version --format '{{.Server.Version}}') answers"

# an engine that may not make a bridge: containers then listen on the loopback of the machine itself
if ! docker network inspect bridge >/dev/null 2>&1; then
  echo 'export HOLDFAST_TEST_REDIS_NETWORK=host'
  echo 'export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1'
fi

if has_image "$image" || timeout 90 docker pull -q "$image" >&2; then
  say "image $image"
else
  say "no registry gives $image: making $local_image from packages of the system"
  has_image "$local_image" || make_image "$local_image"
  echo "export HOLDFAST_TEST_REDIS_IMAGE=$local_image"
  echo "export HOLDFAST_TEST_MEMCACHED_IMAGE=$local_image"
  echo 'export TESTCONTAINERS_RYUK_DISABLED=true'
fi
