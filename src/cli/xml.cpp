#include "xml.hpp"

#include "cfkops/base/text.hpp"

namespace cfkops::cli {

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : base::printable_lines(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace cfkops::cli
