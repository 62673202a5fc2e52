#include "include.hpp"

#include "outline.hpp"
#include "place.hpp"

#include "cfkops/base/text.hpp"

#include <filesystem>
#include <utility>

namespace cfkops::lsp {

namespace {

constexpr std::string_view kInclude = "include";

}  // namespace

std::optional<std::string> included_word(std::string_view text, std::size_t offset) {
  const Outline outline(text);
  const Places places(outline);
  for (std::size_t i = 0; i < outline.entries().size(); ++i) {
    const Entry& entry = outline.entries()[i];
    const Inside inside = places.inside(entry.parent);
    if (entry.kind == Entry::Kind::Key && outline.key_of(i) == kInclude && !entry.value.empty() &&
        entry.value.touches(offset) && inside.where == "step" && !inside.list) {
      return std::string(outline.value_of(i));
    }
  }
  return std::nullopt;
}

std::optional<Completion> complete_include(std::string_view text,
                                           std::size_t offset,
                                           const std::vector<std::string>& names) {
  const Outline before(text.substr(0, offset));
  const Cursor cursor = cursor_at_end(before);
  if (cursor.at != Tail::At::Value || cursor.where != "step" || cursor.key != kInclude) {
    return std::nullopt;
  }
  Completion completion{cursor.typed, {}};
  for (const std::string& name : names) {
    completion.candidates.push_back({Candidate::Kind::Word, name, "runbook", {}, name});
  }
  return completion;
}

std::string uri_of(const std::string& file) {
  std::string uri = "file://";
  const std::filesystem::path path = std::filesystem::absolute(file).lexically_normal();
  for (const std::string& part : base::split(path.string(), '/')) {
    uri += part.empty() ? "" : "/" + base::url_encode(part);
  }
  return uri;
}

}  // namespace cfkops::lsp
