#pragma once

#include "cfkops/kube/mutation.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

/// Keeps what it is told, in order; refuses when asked to.
class MemoryRecorder final : public kube::MutationRecorder {
 public:
  Status intend(const kube::Mutation& mutation) override {
    if (refusal) {
      return *refusal;
    }
    intents.push_back(mutation);
    lines.push_back("intend " + mutation.verb + " " + mutation.name);
    return {};
  }

  Status record(const kube::Mutation& mutation, const kube::MutationEffect& effect) override {
    if (full) {
      return *full;
    }
    effects.push_back(effect);
    lines.push_back("record " + mutation.verb + " " + mutation.name);
    return {};
  }

  std::vector<kube::Mutation> intents;
  std::vector<kube::MutationEffect> effects;
  std::vector<std::string> lines;
  std::optional<Error> refusal;  ///< what `intend` answers
  std::optional<Error> full;     ///< what `record` answers
};

}  // namespace cfkops::test
