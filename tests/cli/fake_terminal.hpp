#pragma once

#include "cfkops/cli/terminal.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::test {

/// Keeps what is shown, and answers questions with `first_answers`, then with `answer`, or as if
/// nobody were there.
class FakeTerminal : public cli::Terminal {
 public:
  void out(std::string_view text) override { shown_out += text; }

  [[nodiscard]] std::string out_failure() const override { return lost; }

  [[nodiscard]] bool out_closed() const override { return closed; }

  void err(std::string_view text) override { shown_err += text; }

  Result<std::string> ask(std::string_view question) override {
    shown_err += question;
    if (!first_answers.empty()) {
      std::string first = first_answers.front();
      first_answers.pop_front();
      return first;
    }
    if (!answer) {
      return make_error(ErrorCode::Refused,
                        "nobody can be asked: standard input is not a terminal");
    }
    return *answer;
  }

  Result<std::string> read_all(std::size_t /*most*/) override { return input; }

  Result<std::string> read_some() override { return std::exchange(input, {}); }

  [[nodiscard]] bool err_is_terminal() const override { return is_terminal; }

  [[nodiscard]] bool out_is_terminal() const override { return is_terminal; }

  [[nodiscard]] bool lively() const override { return is_terminal; }

  [[nodiscard]] bool colours() const override { return is_terminal && coloured; }

  [[nodiscard]] bool unicode() const override { return is_unicode; }

  [[nodiscard]] cli::Screen screen() const override {
    return {.columns = columns,
            .rows = rows,
            .rewraps = rewraps,
            .foreground = foreground,
            .continued = continued};
  }

  std::string lost;  ///< why some of it could not be written
  bool closed = false;
  std::string shown_out;
  std::string shown_err;
  std::deque<std::string> first_answers;
  std::optional<std::string> answer;
  std::string input;
  int columns = 80;
  int rows = 24;
  bool coloured = true;
  bool is_unicode = true;
  bool rewraps = true;
  bool foreground = true;
  std::uint64_t continued = 0;
  bool is_terminal = false;
};

}  // namespace cfkops::test
