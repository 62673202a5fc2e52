#!/usr/bin/env bash
# try.sh [--build-only | --lab]: from a bare Debian or Ubuntu to a completed run. Installs what is missing,
# builds build/release/cfkops, and restarts the brokers of a simulated cluster with the shipped runbook. With
# --lab it starts a small real Kubernetes with Kafka on this machine instead (needs root), restarts its brokers
# under load, and removes it again; where no cluster can be started it says why, and exits 1.
set -euo pipefail
mode=${1:-}
case $mode in
  "" | --build-only | --lab) ;;
  *)
    [ "$mode" = -h ] || [ "$mode" = --help ] || { echo "try.sh: unknown argument '$mode'" >&2; code=2; }
    sed -n '2,5s/^# //p' "$0"
    exit "${code:-0}"
    ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. cmake/install-dependencies.sh
cfkops=build/release/cfkops
lab=tests/lab/lab

say() { printf '\n== %s\n' "$*"; }

say "Installing what is missing"
install_dependencies build
say "Building $cfkops (about two minutes on two cores)"
cmake --preset release >/dev/null
cmake --build --preset release
[ -x "$cfkops" ] || { echo "the build left no $cfkops" >&2; exit 1; }
"$cfkops" version
[ "$mode" != --build-only ] || exit 0

if [ "$mode" != --lab ]; then
  say "cfkops run broker-restart --sandbox --yes"
  "$cfkops" run broker-restart --sandbox --yes
  say "That was a simulated cluster, in simulated time; the same on a real one: bash cmake/try.sh --lab"
  exit 0
fi

if [ "$(id -u)" != 0 ]; then
  echo "try.sh: starting a cluster needs root; without it: bash cmake/try.sh" >&2
  exit 1
fi
install_dependencies lab || true
export CFKOPS_LAB_NAME=try
if ! why=$("$lab" check 2>&1); then
  echo "$why"
  echo "try.sh: this machine cannot run the cluster; without it: bash cmake/try.sh" >&2
  exit 1
fi

say "Building the cluster's parts (once; some minutes the first time)"
"$lab" build
trap 'say "Removing the cluster"; "$lab" down' EXIT
say "Starting Kubernetes"
"$lab" up --owner $$
say "Starting Kafka"
"$lab" kafka
say "cfkops run broker-restart -n confluent --yes, under load"
signals=$(mktemp -d)
"$lab" load --seconds 900 --ready-file "$signals/ready" --until-file "$signals/enough" \
  --out "$signals/report" >"$signals/log" 2>&1 &
loading=$!
until [ -e "$signals/ready" ]; do
  kill -0 "$loading" 2>/dev/null || { cat "$signals/log" >&2; exit 1; }
  sleep 0.2
done
code=0
"$lab" exec -- "$root/$cfkops" run broker-restart -n confluent --yes || code=$?
touch "$signals/enough"
say "What the load saw meanwhile"
wait "$loading" || code=1
cat "$signals/report" "$signals/log"
rm -rf "$signals"
exit "$code"
