#pragma once

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::cli {

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

  /// Progress and diagnostics: standard error.
  virtual void err(std::string_view text) = 0;

  /// Asks and reads one line, without its end. Errors: Refused where nobody can answer (no
  /// terminal, end of input).
  virtual Result<std::string> ask(std::string_view question) = 0;

  /// Columns of the terminal behind standard error; 80 where there is none.
  [[nodiscard]] virtual int width() const = 0;

  /// Standard output is a terminal.
  [[nodiscard]] virtual bool out_is_terminal() const { return false; }

  /// Standard error is a terminal.
  [[nodiscard]] virtual bool err_is_terminal() const = 0;

  /// Colours and in-place updates are welcome on standard error (a terminal, no NO_COLOR, TERM not
  /// "dumb").
  [[nodiscard]] virtual bool lively() const = 0;

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

  void err(std::string_view text) override;
  Result<std::string> ask(std::string_view question) override;
  Result<std::string> read_all(std::size_t most) override;
  Result<std::string> read_some() override;
  [[nodiscard]] int width() const override;
  [[nodiscard]] bool out_is_terminal() const override;
  [[nodiscard]] bool err_is_terminal() const override;
  [[nodiscard]] bool lively() const override;

 private:
  const Cancel& cancel_;
  std::string out_failure_;
};

}  // namespace cfkops::cli
