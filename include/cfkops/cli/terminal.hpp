#pragma once

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::cli {

/// The terminal behind standard error as it is just now; its size may be another one at any time.
struct Screen {
  int columns = 80;
  int rows = 24;
  bool rewraps = true;          ///< made narrower, it wraps what it shows already anew
  bool foreground = true;       ///< it is ours; after Ctrl-Z and `bg` it is the shell's
  std::uint64_t continued = 0;  ///< how often we have been stopped and gone on

  friend bool operator==(const Screen&, const Screen&) = default;
};

/// Where a person or a pipe is: the only way out of cfkops. One thread.
class Terminal {
 public:
  Terminal() = default;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  virtual ~Terminal() = default;

  /// The product: standard output. What cannot be written is told by `out_failure`.
  virtual void out(std::string_view text) = 0;

  /// Why something of the product could not be written, such as "No space left on device"; "" while
  /// all was. A reader that has closed its pipe has read what it wanted.
  [[nodiscard]] virtual std::string out_failure() const { return {}; }

  /// Nobody reads standard output any more.
  [[nodiscard]] virtual bool out_closed() const { return false; }

  /// Progress and diagnostics: standard error.
  virtual void err(std::string_view text) = 0;

  /// Asks and reads one line, without its end. Errors: Refused where nobody can answer (no
  /// terminal, end of input).
  virtual Result<std::string> ask(std::string_view question) = 0;

  /// The terminal behind standard error; what is assumed of one where there is none.
  [[nodiscard]] virtual Screen screen() const = 0;

  /// Standard error is a terminal.
  [[nodiscard]] virtual bool err_is_terminal() const = 0;

  /// Standard output is a terminal.
  [[nodiscard]] virtual bool out_is_terminal() const = 0;

  /// Something may move on standard error: it is a terminal, and TERM says of what kind.
  [[nodiscard]] virtual bool lively() const = 0;

  /// Standard error may be coloured: it is lively, and NO_COLOR is not set.
  [[nodiscard]] virtual bool colours() const = 0;

  /// The locale's character set is UTF-8: more than ASCII may be drawn.
  [[nodiscard]] virtual bool unicode() const = 0;

  /// All of standard input, as far as `most` bytes. Errors: InvalidInput where there is more, Io.
  virtual Result<std::string> read_all(std::size_t most) = 0;

  /// What standard input has next, at least a byte of it, for which it waits; "" at its end.
  /// Errors: Io.
  virtual Result<std::string> read_some() = 0;
};

/// The process's own streams. `cancel` must outlive it: a request to stop ends a question with
/// Cancelled.
class SystemTerminal final : public Terminal {
 public:
  /// Borrows `cancel`.
  explicit SystemTerminal(const Cancel& cancel)
      : cancel_(cancel) {}

  void out(std::string_view text) override;

  [[nodiscard]] std::string out_failure() const override { return out_failure_; }

  [[nodiscard]] bool out_closed() const override { return out_closed_; }

  void err(std::string_view text) override;
  Result<std::string> ask(std::string_view question) override;
  Result<std::string> read_all(std::size_t most) override;
  Result<std::string> read_some() override;
  [[nodiscard]] Screen screen() const override;
  [[nodiscard]] bool err_is_terminal() const override;
  [[nodiscard]] bool out_is_terminal() const override;
  [[nodiscard]] bool lively() const override;
  [[nodiscard]] bool colours() const override;
  [[nodiscard]] bool unicode() const override;

 private:
  const Cancel& cancel_;
  std::string out_failure_;
  bool out_closed_ = false;
};

}  // namespace cfkops::cli
