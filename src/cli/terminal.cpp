#include "cfkops/cli/terminal.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/signals.hpp"
#include "cfkops/base/text.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace cfkops::cli {
namespace {

constexpr int kLookForStop = 100;  // milliseconds; signals are taken on another thread

/// Writes all of it or gives up, with the error number: a closed pipe must not stop a run that is
/// under way. 0: all is written.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return written < 0 ? errno : EIO;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Most do. Those that are known not to cut off what does not fit any more.
bool rewraps() {
  const std::string kind = base::environment("TERM");
  const bool screen = kind.starts_with("screen") && base::environment("TMUX").empty();
  return base::environment("XTERM_VERSION").empty() && kind != "linux" && !screen;
}

}  // namespace

void SystemTerminal::out(std::string_view text) {
  const int failed = write_all(STDOUT_FILENO, text);
  out_closed_ = out_closed_ || failed == EPIPE;
  if (failed != 0 && failed != EPIPE && out_failure_.empty()) {
    out_failure_ = std::generic_category().message(failed);
  }
}

void SystemTerminal::err(std::string_view text) {
  write_all(STDERR_FILENO, text);
}

Result<std::string> SystemTerminal::ask(std::string_view question) {
  if (::isatty(STDIN_FILENO) == 0) {
    return make_error(ErrorCode::Refused, "nobody can be asked: standard input is not a terminal");
  }
  err(question);
  std::string line;
  for (;;) {
    if (cancel_.requested()) {
      return make_error(ErrorCode::Cancelled, "stopped while asking", "nothing was changed");
    }
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&input, 1, kLookForStop);
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
      continue;
    }
    char c = 0;
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return make_error(ErrorCode::Refused, "nobody answered: standard input ended");
    }
    if (c == '\n') {
      return line;
    }
    line += c;
  }
}

Result<std::string> SystemTerminal::read_some() {
  std::array<char, 65536> block = {};
  ssize_t got = 0;
  do {
    got = ::read(STDIN_FILENO, block.data(), block.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return make_error(ErrorCode::Io, "standard input cannot be read");
  }
  return std::string(block.data(), static_cast<std::size_t>(got));
}

Result<std::string> SystemTerminal::read_all(std::size_t most) {
  std::string text;
  for (;;) {
    CFKOPS_ASSIGN(const std::string block, read_some());
    if (block.empty()) {
      return text;
    }
    text += block;
    if (text.size() > most) {
      return make_error(ErrorCode::InvalidInput,
                        "standard input has more than " + std::to_string(most) + " bytes",
                        "give a file");
    }
  }
}

Screen SystemTerminal::screen() const {
  Screen screen;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
    screen.columns = size.ws_col > 0 ? size.ws_col : screen.columns;
    screen.rows = size.ws_row > 0 ? size.ws_row : screen.rows;
  }
  screen.rewraps = rewraps();
  screen.foreground = !err_is_terminal() || ::tcgetpgrp(STDERR_FILENO) == ::getpgrp();
  screen.continued = base::times_continued();
  return screen;
}

bool SystemTerminal::err_is_terminal() const {
  return ::isatty(STDERR_FILENO) != 0;
}

bool SystemTerminal::out_is_terminal() const {
  return ::isatty(STDOUT_FILENO) != 0;
}

bool SystemTerminal::lively() const {
  const std::string kind = base::environment("TERM");
  return err_is_terminal() && !kind.empty() && kind != "dumb";
}

bool SystemTerminal::colours() const {
  return lively() && base::environment("NO_COLOR").empty();
}

bool SystemTerminal::unicode() const {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = base::lower(base::environment(name));
    if (!locale.empty()) {  // the first that is set counts
      return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    }
  }
  return false;
}

}  // namespace cfkops::cli
