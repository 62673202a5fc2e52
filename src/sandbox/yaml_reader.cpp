#include "yaml_reader.hpp"

#include "json_reader.hpp"
#include "refusal.hpp"

#include "cfkops/base/yaml.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// What stands between the first quotes.
std::string_view quoted_in(std::string_view message) {
  const std::size_t begin = message.find_first_of("'\"");
  if (begin == std::string_view::npos) {
    return {};
  }
  const std::size_t end = message.find(message[begin], begin + 1);
  return message.substr(begin + 1, end - begin - 1);
}

void note_duplicates(std::string_view text, std::vector<std::string>& strict) {
  const auto document = base::parse_yaml(text, "", base::YamlDialect::Strict);
  if (document) {
    return;
  }
  std::string lines;
  for (const base::Error& error : document.error()) {
    if (error.reason == "duplicate") {
      lines += fmt::format("\n  line {}: key {} already set in map",
                           error.pos ? error.pos->line : 1,
                           go_quoted(quoted_in(error.message)));
    }
  }
  if (!lines.empty()) {
    strict.push_back("yaml: unmarshal errors:" + lines);
  }
}

}  // namespace

tl::expected<Value, std::string> read_yaml(std::string_view text,
                                           std::vector<std::string>& strict) {
  constexpr std::string_view kSpaces = " \t\r\n";
  if (text.find_first_not_of(kSpaces) == std::string_view::npos) {
    return Value();
  }
  const auto document = base::parse_yaml(text, "", base::YamlDialect::Lenient);
  if (!document) {
    const base::Error& error = document.error().front();
    const int line = error.pos ? std::max(error.pos->line, 1) : 1;
    return tl::unexpected(fmt::format("yaml: line {}: did not find expected node content", line));
  }
  note_duplicates(text, strict);
  // Through text, for the numbers that Go's decoder would read there.
  std::vector<std::string> none;
  return read_json(base::to_json(*document).dump(), none);
}

}  // namespace cfkops::sandbox
