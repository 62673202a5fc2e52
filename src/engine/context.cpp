#include "cfkops/engine/action.hpp"
#include "cfkops/engine/lock_keeper.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::engine {

Status Context::hold(const LockTarget& target) const {
  return locks == nullptr ? Status() : locks->acquire_one(target);
}

// A journal that cannot be written shows at the next intent, which then refuses the mutation; what
// is only told need not stop anything here.

void Context::progress(const std::string& text) const {
  if (observer != nullptr) {
    observer->on_progress(step, text);
  }
  if (journal != nullptr) {
    static_cast<void>(journal->write(audit::Phase::Note,
                                     Json(nlohmann::json{{"kind", "progress"}, {"text", text}}),
                                     audit::Durable::No));
  }
}

void Context::waiting(const WaitState& wait) const {
  if (observer != nullptr) {
    observer->on_wait(step, wait);
  }
  if (journal != nullptr) {
    static_cast<void>(
        journal->note_wait(wait.why.empty() ? wait.what : wait.what + ": " + wait.why));
  }
}

}  // namespace cfkops::engine
