#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace cfkops::sandbox {

/// Texts that are long to write and mostly the same as the time before: each is kept with all that
/// it was written from. A plain value.
class AnswerMemo {
 public:
  /// The text that `write()` would return for this question; it is only asked where `from` is
  /// another one than the last time. Valid until the next call.
  template <typename Write>
  const std::string& answer(const std::string& question, const std::string& from, Write write) {
    if (kept_.size() >= kMost && !kept_.contains(question)) {
      kept_.clear();
    }
    Kept& kept = kept_[question];
    if (kept.from != from || from.empty()) {
      kept = {.from = from, .text = write()};
    }
    return kept.text;
  }

 private:
  static constexpr std::size_t kMost = 1000;

  struct Kept {
    std::string from;
    std::string text;
  };

  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace cfkops::sandbox
