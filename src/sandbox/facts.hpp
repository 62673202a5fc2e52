#pragma once

#include "value.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// What controllers ask of every object at every look. The views are into the object.
struct Facts {
  std::string_view api_version = {};
  std::string_view name = {};
  std::string_view ns = {};
  std::string_view uid = {};
  bool terminating = false;
  const Value* labels = nullptr;         ///< an empty object where there are none
  const Value* controller = nullptr;     ///< the owner reference, nullptr for none
  std::string_view controller_uid = {};  ///< of that
  std::string_view node = {};            ///< spec.nodeName
  std::string_view ip = {};              ///< status.podIP
  std::string_view phase = {};           ///< status.phase
  const Value* ready = nullptr;          ///< the condition, nullptr for none
  bool is_ready = false;                 ///< its status is "True"
};

/// They are found once for each shared value, and live as long.
[[nodiscard]] const Facts& facts_of(const Shared& object);

}  // namespace cfkops::sandbox
