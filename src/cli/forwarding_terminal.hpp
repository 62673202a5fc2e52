#pragma once

#include "cfkops/cli/terminal.hpp"

#include <string>
#include <string_view>

namespace cfkops::cli {

/// Another terminal, as it is: for those that change a part of it.
class ForwardingTerminal : public Terminal {
 public:
  /// `real` must outlive it.
  explicit ForwardingTerminal(Terminal& real)
      : real_(real) {}

  void out(std::string_view text) override { real_.out(text); }

  [[nodiscard]] std::string out_failure() const override { return real_.out_failure(); }

  [[nodiscard]] bool out_closed() const override { return real_.out_closed(); }

  void err(std::string_view text) override { real_.err(text); }

  Result<std::string> ask(std::string_view question) override { return real_.ask(question); }

  [[nodiscard]] Screen screen() const override { return real_.screen(); }

  [[nodiscard]] bool err_is_terminal() const override { return real_.err_is_terminal(); }

  [[nodiscard]] bool out_is_terminal() const override { return real_.out_is_terminal(); }

  [[nodiscard]] bool lively() const override { return real_.lively(); }

  [[nodiscard]] bool colours() const override { return real_.colours(); }

  [[nodiscard]] bool unicode() const override { return real_.unicode(); }

  Result<std::string> read_all(std::size_t most) override { return real_.read_all(most); }

  Result<std::string> read_some() override { return real_.read_some(); }

 private:
  Terminal& real_;
};

/// Another terminal on which nothing moves and nothing is coloured: what is written is appended.
class PlainTerminal final : public ForwardingTerminal {
 public:
  using ForwardingTerminal::ForwardingTerminal;

  [[nodiscard]] bool lively() const override { return false; }

  [[nodiscard]] bool colours() const override { return false; }
};

}  // namespace cfkops::cli
