#pragma once

#include "cfkops/health/report.hpp"

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace cfkops::cli {

/// What changes from look to look, for a record that is only appended to.
class HealthChanges {
 public:
  /// A line for each finding that is new, worse, better or gone since the last look, and for each
  /// check that cannot be judged any more or can again; of the first look all there is. Findings
  /// are the same by check, object and field. One whose check cannot be judged now is not gone.
  [[nodiscard]] std::vector<std::string> next(const health::Report& report);

 private:
  /// Check, object, field.
  using Place = std::tuple<std::string_view, std::string, std::string>;

  /// What was found there last.
  struct Standing {
    health::Severity severity = health::Severity::Info;
    std::string message = {};
  };

  using Findings = std::map<Place, Standing>;
  using Unknowns = std::map<std::string_view, std::string>;  ///< reasons by check

  static std::string line(std::string_view word, const Place& place, const Standing& found);

  Findings found_;
  Unknowns unknown_;
};

}  // namespace cfkops::cli
