#pragma once

#include "cfkops/base/text.hpp"

#include <string>
#include <string_view>

namespace cfkops::kube {

/// The query of a URL, built parameter by parameter.
class Query {
 public:
  Query& add(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? '?' : '&';
    text_ += key;
    text_ += '=';
    text_ += base::url_encode(value);
    return *this;
  }

  /// Left out where the value is empty.
  Query& add_if(std::string_view key, std::string_view value) {
    return value.empty() ? *this : add(key, value);
  }

  /// "" or "?a=b&c=d"
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace cfkops::kube
