#pragma once

#include "cfkops/audit/verify.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::audit {

/// Goes through a log line by line. A copy taken between two lines goes on from there, so that a
/// log need not be read again from its beginning.
class Walk {
 public:
  /// Collects what it accepts in `lines`, which may be null and must outlive the walk.
  explicit Walk(std::vector<LogLine>* lines, Trust trust = {});

  /// Takes the next part of the log, whole lines unless it is the last part; what can be said so
  /// far.
  VerifyReport take(std::string_view log);

 private:
  [[nodiscard]] VerifyReport torn() const;
  std::string check(std::string_view text);
  [[nodiscard]] std::string misplaced(const Json& line) const;
  std::string check_signature(const Json& line);
  void accept(const Json& line);

  VerifyReport report_;
  std::vector<LogLine>* lines_;
  Trust trust_;
  bool checkpoint_due_ = false;
  bool ended_ = false;
};

}  // namespace cfkops::audit
