#pragma once

#include "fake_terminal.hpp"
#include "support/screen_model.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::test {

/// A terminal whose screen can be looked at; both streams end there, and what is typed is echoed.
class DrawnTerminal final : public FakeTerminal {
 public:
  explicit DrawnTerminal(int wide = 80, int high = 24)
      : drawn(static_cast<std::size_t>(wide), static_cast<std::size_t>(high)) {
    columns = wide;
    rows = high;
    is_terminal = true;
  }

  void out(std::string_view text) override {
    FakeTerminal::out(text);
    drawn.feed(text);
  }

  void err(std::string_view text) override {
    FakeTerminal::err(text);
    writes.emplace_back(text);
    drawn.feed(text);
  }

  Result<std::string> ask(std::string_view question) override {
    drawn.feed(question);
    asked_on = drawn.picture();
    auto typed = FakeTerminal::ask(question);
    if (typed) {
      drawn.feed(*typed + "\n");
    }
    return typed;
  }

  void resize(int wide, int high, ScreenModel::Narrower narrower) {
    columns = wide;
    rows = high;
    drawn.resize(static_cast<std::size_t>(wide), static_cast<std::size_t>(high), narrower);
  }

  ScreenModel drawn;
  std::vector<std::string> writes;  ///< to standard error
  std::string asked_on;             ///< the picture while a question was open
};

}  // namespace cfkops::test
