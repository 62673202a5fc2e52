#include "transient_line.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>

namespace cfkops::cli {
namespace {

constexpr const char* kClearLine = "\r\033[K";
constexpr int kNarrowest = 20;

}  // namespace

void TransientLine::show(const std::string& text) {
  if (!terminal_.lively()) {
    return;
  }
  const auto room = static_cast<std::size_t>(std::max(kNarrowest, terminal_.screen().columns - 1));
  terminal_.err(kClearLine + base::fitted(base::printable(text), room));
  shown_ = true;
}

void TransientLine::end() {
  if (shown_) {
    terminal_.err(kClearLine);
    shown_ = false;
  }
}

}  // namespace cfkops::cli
