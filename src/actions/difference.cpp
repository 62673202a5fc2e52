#include "difference.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace cfkops::actions {

namespace {

using nlohmann::json;

constexpr std::size_t kLongest = 200;
constexpr std::array<std::string_view, 4> kServersOwn = {
    "/metadata/managedFields", "/metadata/resourceVersion", "/metadata/generation", "/status"};

class Lines {
 public:
  explicit Lines(bool secret)
      : secret_(secret) {}

  void compare(const std::string& path, const json* before, const json* after) {
    if (is_servers_own(path) || (before != nullptr && after != nullptr && *before == *after)) {
      return;
    }
    const bool both_maps =
        before != nullptr && after != nullptr && before->is_object() && after->is_object();
    if (!both_maps) {
      lines_.push_back(difference_line(path, text(path, before), text(path, after)));
      return;
    }
    for (const auto& [key, value] : before->items()) {
      const auto found = after->find(key);
      compare(
          path + "/" + base::pointer_token(key), &value, found == after->end() ? nullptr : &*found);
    }
    for (const auto& [key, value] : after->items()) {
      if (!before->contains(key)) {
        compare(path + "/" + base::pointer_token(key), nullptr, &value);
      }
    }
  }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(lines_); }

 private:
  [[nodiscard]] std::optional<std::string> text(const std::string& path, const json* value) const {
    if (value == nullptr) {
      return std::nullopt;
    }
    const bool hidden = secret_ && (path.starts_with("/data") || path.starts_with("/stringData"));
    return hidden ? "***" : shown_value(*value);
  }

  bool secret_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string shown_value(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

std::string difference_line(const std::string& path,
                            const std::optional<std::string>& before,
                            const std::optional<std::string>& after) {
  if (!before) {
    return "+ " + path + ": " + after.value_or("");
  }
  return after ? "~ " + path + ": " + *before + " -> " + *after : "- " + path + ": " + *before;
}

bool is_servers_own(std::string_view pointer) {
  return std::find(kServersOwn.begin(), kServersOwn.end(), pointer) != kServersOwn.end();
}

std::vector<std::string> difference(const Json& before, const Json& after) {
  Lines lines(before.string_or("/kind", "") == "Secret");
  lines.compare("", &before.raw(), &after.raw());
  return std::move(lines).take();
}

}  // namespace cfkops::actions
