#include "cfkops/engine/notices.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::engine {

void Notices::on_retry(const std::string& what, Duration /*wait*/) {
  note("retry", what);  // says the wait already
}

void Notices::on_warning(const std::string& text) {
  note("notice", "the server warns: " + text);
}

void Notices::note(const std::string& kind, const std::string& text) {
  observer_.on_notice(text);
  if (journal_ != nullptr) {
    // A journal that cannot be written refuses the next change; a note need not stop anything.
    static_cast<void>(journal_->write(audit::Phase::Note,
                                      Json(nlohmann::json{{"kind", kind}, {"text", text}}),
                                      audit::Durable::No));
  }
}

}  // namespace cfkops::engine
