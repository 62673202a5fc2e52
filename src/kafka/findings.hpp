#pragma once

#include "cfkops/kafka/gates.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cfkops::kafka {

/// Collects what speaks against something: what is known to be wrong, and what is not known. All of
/// it is told; one is enough to block.
class Findings {
 public:
  void wrong(std::string reason) { wrong_.push_back(std::move(reason)); }

  void unknown(std::string reason) { unknown_.push_back(std::move(reason)); }

  [[nodiscard]] bool none() const { return wrong_.empty() && unknown_.empty(); }

  /// Known faults come first; with any of them the answer is No, with doubts alone Unknown.
  [[nodiscard]] GateVerdict verdict(std::string summary) && {
    using Answer = GateVerdict::Answer;
    GateVerdict verdict{.summary = std::move(summary)};
    verdict.answer = !wrong_.empty()     ? Answer::No
                     : !unknown_.empty() ? Answer::Unknown
                                         : Answer::Yes;
    verdict.reasons = std::move(wrong_);
    for (std::string& reason : unknown_) {
      verdict.reasons.push_back(std::move(reason));
    }
    return verdict;
  }

 private:
  std::vector<std::string> wrong_;
  std::vector<std::string> unknown_;
};

}  // namespace cfkops::kafka
