#!/usr/bin/env bash
# run.sh [unit|lab|bench|full] [FILTER]: installs what is missing, builds, passes every test and ends
# with the line "N passed, N failed, N skipped"; docs/contributing.md says more.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/install-dependencies.sh"
case ${1:-} in
  -h | --help | unit) groups="build check" ;;
  *) groups="build check lab" ;;
esac
# Without the lab's packages the lab part says so and is skipped; the others are needed.
if ! install_dependencies build check; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi
case $groups in *lab*) install_dependencies lab || true ;; esac
python=/usr/bin/python3
[ -x "$python" ] || python=python3
exec "$python" "$root/tests/support/run.py" "$@"
