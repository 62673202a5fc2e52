#include "programs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::sandbox {

void Programs::add(std::unique_ptr<Program> program) {
  all_.push_back(std::move(program));
}

Program* Programs::of(const Value& pod) const {
  const auto found = std::ranges::find_if(
      all_, [&](const std::unique_ptr<Program>& program) { return program->runs_in(pod); });
  return found == all_.end() ? nullptr : found->get();
}

}  // namespace cfkops::sandbox
