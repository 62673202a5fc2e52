#include "object_name.hpp"

#include <algorithm>

namespace cfkops::kafka {

std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || text[begin] != '"') {
    return std::min(text.find(',', begin), text.size());
  }
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return std::string(text);
  }
  std::string plain;
  const std::string_view inner = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\' && i + 1 < inner.size()) {
      ++i;
      plain += inner[i] == 'n' ? '\n' : inner[i];
    } else {
      plain += inner[i];
    }
  }
  return plain;
}

}  // namespace cfkops::kafka
