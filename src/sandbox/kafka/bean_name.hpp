#pragma once

#include <tl/expected.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

/// Key and value of a property of an object name.
using BeanProperty = std::pair<std::string_view, std::string_view>;

/// An object name of Java's management beans, or a pattern: "*" and "?" in the domain and in
/// values, ",*" for any further properties.
class BeanName {
 public:
  /// Errors: what Java says of it.
  [[nodiscard]] static tl::expected<BeanName, std::string> parse(std::string_view text);

  [[nodiscard]] bool is_pattern() const;

  /// As it was given.
  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] const std::string& domain() const { return domain_; }

  /// With the properties sorted by key.
  [[nodiscard]] std::string canonical() const;

  [[nodiscard]] bool matches_domain(std::string_view domain) const;

  /// Whether a bean with this property can match.
  [[nodiscard]] bool accepts(std::string_view key, std::string_view value) const;

  /// `properties` are sorted by key.
  [[nodiscard]] bool matches(std::string_view domain,
                             std::span<const BeanProperty> properties) const;

 private:
  std::string text_;
  std::string domain_;
  std::vector<std::pair<std::string, std::string>> properties_;  ///< sorted
  bool open_ = false;                                            ///< ",*"
};

/// "kafka.server:name=BrokerState,type=KafkaServer".
[[nodiscard]] std::string canonical_name(std::string_view domain,
                                         std::span<const BeanProperty> properties);

/// The same in place of what `name` was.
void put_canonical_name(std::string& name,
                        std::string_view domain,
                        std::span<const BeanProperty> properties);

}  // namespace cfkops::sandbox
