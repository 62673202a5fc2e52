#!/usr/bin/env bash
# format.sh         fails and names the C++ files that are not formatted as .clang-format says
# format.sh --fix   formats them
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$(command -v clang-format-14) || {
  echo "clang-format-14 is not installed"
  exit 77
}
if git rev-parse --git-dir >/dev/null 2>&1; then
  list() { git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp'; }
else
  list() { find include src tests -name '*.[ch]pp' -print0; }
fi
if [ "${1:-}" = --fix ]; then
  list | xargs -0 -r "$tool" -i
else
  export tool
  unformatted=$(list | xargs -0 -r -P 2 -n 1 sh -c '"$tool" "$0" | cmp -s - "$0" || echo "$0"' | sort)
  [ -z "$unformatted" ] || {
    echo "not formatted (bash cmake/format.sh --fix does it):"
    echo "$unformatted"
    exit 1
  }
fi
