#!/usr/bin/env bash
# try.sh [--build-only]: from a bare Debian or Ubuntu to a completed run. Installs what is missing,
# builds build/release/cfkops, starts a small Kubernetes with Kafka on this machine, restarts its
# brokers under load with the shipped runbook, and removes the cluster again. Where no cluster can be
# started it shows what the runbook would do, and exits 1.
set -euo pipefail
case ${1:-} in
  "" | --build-only) ;;
  *)
    [ "$1" = -h ] || [ "$1" = --help ] || { echo "try.sh: unknown argument '$1'" >&2; code=2; }
    sed -n '2,5s/^# //p' "$0"
    exit "${code:-0}"
    ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. cmake/install-dependencies.sh
cfkops=build/release/cfkops
lab=tests/lab/lab
runbook=runbooks/broker-restart.yaml

say() { printf '\n== %s\n' "$*"; }

show_without_cluster() {
  say "$1: what the runbook does, without a cluster"
  "$cfkops" lint "$runbook"
  "$cfkops" show "$runbook"
}

say "Installing what is missing"
install_dependencies build
say "Building $cfkops (about two minutes on two cores)"
cmake --preset release >/dev/null
cmake --build --preset release
[ -x "$cfkops" ] || { echo "the build left no $cfkops" >&2; exit 1; }
"$cfkops" version
[ "${1:-}" != --build-only ] || exit 0

if [ "$(id -u)" != 0 ]; then
  show_without_cluster "Starting a cluster needs root"
  exit 1
fi
install_dependencies lab || true
export CFKOPS_LAB_NAME=try
if ! why=$("$lab" check 2>&1); then
  echo "$why"
  show_without_cluster "This machine cannot run the cluster"
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
