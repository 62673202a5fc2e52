#include "counted_log.hpp"

namespace cfkops::rehearse {
namespace {

Error killed() {
  return make_error(ErrorCode::Io, "killed at a write of the log");
}

}  // namespace

Status CountedLog::append(std::string_view /*bytes*/) {
  if (broken_ || !before_(++writes_)) {
    broken_ = true;
    return killed();
  }
  return {};
}

Status CountedLog::sync() {
  if (broken_) {
    return killed();
  }
  return {};
}

}  // namespace cfkops::rehearse
