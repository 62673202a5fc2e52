#include "list_items.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::kube {

namespace {

/// Sixty pods come to half of it. Read, they take ten times as much.
constexpr std::size_t kMostBytes = 1'000'000;
constexpr std::uint64_t kPagesKept = 8;

/// Goes over JSON by its brackets and strings alone.
class Skimmer {
 public:
  explicit Skimmer(std::string_view text)
      : text_(text) {}

  [[nodiscard]] std::size_t at() const { return at_; }

  [[nodiscard]] bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }

  [[nodiscard]] char peek() {
    skip_spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c) {
      return false;
    }
    ++at_;
    return true;
  }

  /// One without escapes.
  std::optional<std::string_view> take_name() {
    if (!take('"')) {
      return std::nullopt;
    }
    const std::size_t begin = at_;
    at_ = text_.find_first_of("\"\\", at_);
    if (at_ >= text_.size() || text_[at_] == '\\') {
      return std::nullopt;
    }
    return text_.substr(begin, at_++ - begin);
  }

  /// Any value, up to the comma or bracket behind it.
  bool skip_value() {
    int level = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) {
          return false;
        }
      } else if (c == '{' || c == '[') {
        ++level;
      } else if (level == 0 && (c == ',' || c == '}' || c == ']')) {
        return true;
      } else if (c == '}' || c == ']') {
        --level;
      }
    }
    return false;
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  /// To its closing quote.
  bool skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      at_ += text_[at_] == '\\' ? 1U : 0U;
    }
    return at_ < text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool split_items(Skimmer& skimmer, std::string_view body, std::vector<std::string_view>& items) {
  if (!skimmer.take('[')) {
    return false;
  }
  if (skimmer.take(']')) {
    return true;
  }
  do {
    if (skimmer.peek() != '{') {
      return false;
    }
    const std::size_t begin = skimmer.at();
    if (!skimmer.skip_value()) {
      return false;
    }
    items.push_back(body.substr(begin, skimmer.at() - begin));
  } while (skimmer.take(','));
  return skimmer.take(']');
}

}  // namespace

std::optional<SplitList> split_list(std::string_view body) {
  SplitList list;
  Skimmer skimmer(body);
  bool found = false;
  if (!skimmer.take('{')) {
    return std::nullopt;
  }
  do {
    const auto name = skimmer.take_name();
    if (!name || !skimmer.take(':')) {
      return std::nullopt;
    }
    if (*name != "items") {
      if (!skimmer.skip_value()) {
        return std::nullopt;
      }
      continue;
    }
    const std::size_t begin = skimmer.at();
    if (found || !split_items(skimmer, body, list.items)) {
      return std::nullopt;
    }
    found = true;
    list.rest.append(body.substr(0, begin)).append("[]").append(body.substr(skimmer.at()));
  } while (skimmer.take(','));
  if (!found || !skimmer.take('}') || !skimmer.at_end()) {
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
