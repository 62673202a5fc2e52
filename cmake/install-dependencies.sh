# Sourced by cmake/try.sh and tests/run.sh: install_dependencies GROUP... makes sure that the Debian or
# Ubuntu packages of the groups are there. As root it installs what is missing; otherwise it prints the
# command to type and returns 1. Groups: build (the program), check (its tests and style), lab (what the
# lab's tool itself runs on; it brings the rest, see tests/lab/lab build).

packages_of() {
  case $1 in
    build)
      echo ca-certificates ccache cmake g++ git libcli11-dev libcmark-dev libcurl4-openssl-dev \
        libexpected-dev libfmt-dev libhowardhinnant-date-dev libjemalloc-dev libre2-dev libspdlog-dev \
        libssl-dev libyaml-cpp-dev libzstd-dev ninja-build nlohmann-json3-dev pkg-config zlib1g-dev
      ;;
    check)
      echo clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev libgmock-dev libgtest-dev neovim \
        openssh-client python3 python3-yaml universal-ctags yamllint
      ;;
    lab)
      echo python3 python3-pip
      ;;
    *)
      echo "install_dependencies: no group '$1'" >&2
      return 1
      ;;
  esac
}

missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $1 2>/dev/null)
  for package in $1; do
    grep -qxF "installed $package" <<<"$installed" || echo "$package"
  done
}

install_dependencies() {
  local group wanted missing
  wanted=$(for group in "$@"; do packages_of "$group" || exit 1; done) || return 1
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is neither Debian nor Ubuntu: please provide what these packages hold:" $wanted >&2
    return 0
  fi
  missing=$(missing_packages "$wanted")
  [ -n "$missing" ] || return 0
  missing=$(echo $missing)
  if [ "$(id -u)" != 0 ]; then
    echo "Some packages are missing. Please run:" >&2
    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends $missing" >&2
    return 1
  fi
  echo "Installing: $missing"
  export DEBIAN_FRONTEND=noninteractive
  # The package lists of a fresh machine are empty or old; an update costs seconds, so only when needed.
  apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null 2>&1 || {
    apt-get update -qq </dev/null &&
      apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
  } || {
    echo "apt-get could not install them. Please run:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends $missing" >&2
    return 1
  }
}
