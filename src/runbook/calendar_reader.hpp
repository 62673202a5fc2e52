#pragma once

#include "window_event.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// The events of an iCalendar file. Errors: as of `Calendar::parse`.
[[nodiscard]] Result<std::vector<WindowEvent>> read_calendar(std::string_view text,
                                                             const std::string& file,
                                                             WindowEntry::Kind otherwise);

}  // namespace cfkops::runbook
