#pragma once

#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/kube/retry.hpp"

#include <string>

namespace cfkops::engine {

/// Tells the observer, and the journal where there is one, of the client's retries and of the
/// server's warnings. Borrows both; for `ReaderOptions::listener`.
class Notices final : public kube::RetryListener {
 public:
  Notices(Observer& observer, Journal* journal)
      : observer_(observer),
        journal_(journal) {}

  void on_retry(const std::string& what, Duration wait) override;
  void on_warning(const std::string& text) override;

 private:
  void note(const std::string& kind, const std::string& text);

  Observer& observer_;
  Journal* journal_;
};

}  // namespace cfkops::engine
