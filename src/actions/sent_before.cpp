#include "sent_before.hpp"

#include <algorithm>

namespace cfkops::actions {

const kube::Mutation* applied_before(const engine::Context& context) {
  if (context.earlier == nullptr) {
    return nullptr;
  }
  const auto found =
      std::ranges::find(*context.earlier, engine::Fate::Applied, &engine::SentMutation::fate);
  return found == context.earlier->end() ? nullptr : &found->mutation;
}

std::vector<kube::Mutation> evicted_before(const engine::Context& context) {
  std::vector<kube::Mutation> evicted;
  if (context.earlier == nullptr) {
    return evicted;
  }
  for (const engine::SentMutation& one : *context.earlier) {
    if (one.mutation.verb == "evict" && one.fate == engine::Fate::Applied) {
      evicted.push_back(one.mutation);
    }
  }
  return evicted;
}

}  // namespace cfkops::actions
