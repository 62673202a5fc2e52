#include "visible.hpp"

#include "cfkops/base/text.hpp"

namespace cfkops::cli {

std::string visible(std::string_view text) {
  std::vector<std::string> lines = base::split(text, '\n');
  for (std::string& line : lines) {
    line = base::printable(line);
  }
  return base::join(lines, "\n");
}

}  // namespace cfkops::cli
