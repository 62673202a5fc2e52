#include "read_guard.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::array<std::string_view, 4> kReading = {"read", "list", "search", "version"};

/// What stands in a target behind ".../proxy/"; "" where it is no proxy's. A namespace or a pod may
/// be named "proxy", so it is looked for where the API has it.
std::string_view behind_proxy(std::string_view target) {
  const std::string_view route = target.substr(0, target.find('?'));
  const bool namespaced = route.starts_with("/api/v1/namespaces/");
  std::size_t begin = 0;
  for (int part = 0; part < (namespaced ? 7 : 5) && begin != std::string_view::npos; ++part) {
    begin = route.find('/', begin + (part == 0 ? 0 : 1));
  }
  if (begin == std::string_view::npos || !route.substr(begin).starts_with("/proxy/")) {
    return {};
  }
  return target.substr(begin + std::string_view("/proxy/").size());
}

std::string decoded_once(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// Who passes a path on may decode it once more.
std::string decoded(std::string_view text) {
  std::string plain = decoded_once(text);
  for (std::string before(text); plain != before;) {
    before = plain;
    plain = decoded_once(before);
  }
  return plain;
}

bool is_reading_operation(const std::string& route) {
  const std::vector<std::string> parts = base::split(route, '/');
  return parts.size() >= 2 && parts[0] == "jolokia" &&
         std::find(kReading.begin(), kReading.end(), parts[1]) != kReading.end() &&
         std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
           return part == "." || part == "..";
         });
}

/// Jolokia takes its operation from the query too (?p=exec/...), before the one in the path.
bool has_operation(const std::string& query) {
  return ("&" + query).find("&p=") != std::string::npos;
}

}  // namespace

Status only_reads(std::string_view target) {
  const std::string_view inside = behind_proxy(target);
  const std::size_t mark = std::min(inside.find('?'), inside.size());
  const std::string route = decoded(inside.substr(0, mark));
  const std::string query = decoded(inside.substr(std::min(mark + 1, inside.size())));
  if (base::lower(route + "?" + query).find("jolokia") == std::string::npos ||
      (is_reading_operation(route) && !has_operation(query))) {
    return {};
  }
  return make_error(ErrorCode::Refused,
                    fmt::format("a GET of {} could write: Jolokia executes and sets by GET too",
                                base::printable(inside)),
                    "ask for jolokia/read, list, search or version");
}

}  // namespace cfkops::kube
