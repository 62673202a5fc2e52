#include "list_items.hpp"

#include "cfkops/base/json_cursor.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::kube {

namespace {

/// Sixty pods come to half of it. Read, they take ten times as much.
constexpr std::size_t kMostBytes = 1'000'000;
constexpr std::uint64_t kPagesKept = 8;

using base::JsonCursor;

/// Behind the string whose opening quote is at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    at += text[at] == '\\' ? 1U : 0U;
  }
  return at + 1;
}

/// Any value, by its brackets and strings alone, up to the comma or bracket behind it.
bool skip_value(JsonCursor& cursor) {
  const std::string_view text = cursor.rest();
  int level = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (level == 0 && (c == ',' || c == '}' || c == ']')) {
      cursor.skip(at);
      return true;
    }
    level += c == '{' || c == '[' ? 1 : 0;
    level -= c == '}' || c == ']' ? 1 : 0;
    at = c == '"' ? end_of_string(text, at) : at + 1;
  }
  return false;
}

bool split_items(JsonCursor& cursor, std::string_view body, std::vector<std::string_view>& items) {
  if (!cursor.take('[')) {
    return false;
  }
  if (cursor.take(']')) {
    return true;
  }
  do {
    if (cursor.peek() != '{') {
      return false;
    }
    const std::size_t begin = cursor.at();
    if (!skip_value(cursor)) {
      return false;
    }
    items.push_back(body.substr(begin, cursor.at() - begin));
  } while (cursor.take(','));
  return cursor.take(']');
}

}  // namespace

std::optional<SplitList> split_list(std::string_view body) {
  SplitList list;
  JsonCursor cursor(body);
  bool found = false;
  if (!cursor.take('{')) {
    return std::nullopt;
  }
  do {
    const auto name = cursor.take_text();
    if (!name || !cursor.take(':')) {
      return std::nullopt;
    }
    if (*name != "items") {
      if (!skip_value(cursor)) {
        return std::nullopt;
      }
      continue;
    }
    const std::size_t begin = cursor.at();
    if (found || !split_items(cursor, body, list.items)) {
      return std::nullopt;
    }
    found = true;
    list.rest.append(body.substr(0, begin)).append("[]").append(body.substr(cursor.at()));
  } while (cursor.take(','));
  if (!found || !cursor.take('}') || !cursor.at_end()) {
    return std::nullopt;
  }
  return list;
}

std::optional<Object> KnownItems::object(std::string_view text,
                                         const std::string& api_version,
                                         const std::string& kind) {
  const auto known = items_.find(text);
  if (known != items_.end()) {
    Item& item = known->second;
    if (item.api_version == api_version && item.kind == kind) {
      item.page = page_;
      return item.object;
    }
    bytes_ -= text.size();
    items_.erase(known);
  }
  Result<nlohmann::json> json = Json::parse_raw(text);
  if (!json || !json->is_object()) {
    return std::nullopt;
  }
  json->emplace("apiVersion", api_version);
  json->emplace("kind", kind);
  Object object(Json(*std::move(json)));
  bytes_ += text.size();
  items_.emplace(std::string(text), Item{object, api_version, kind, page_});
  return object;
}

void KnownItems::end_page() {
  ++page_;
  if (bytes_ > kMostBytes) {
    items_.clear();
    bytes_ = 0;
    return;
  }
  std::erase_if(items_, [this](const auto& known) {
    const bool is_old = known.second.page + kPagesKept < page_;
    bytes_ -= is_old ? known.first.size() : 0;
    return is_old;
  });
}

}  // namespace cfkops::kube
