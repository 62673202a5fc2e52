#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/error.hpp"
#include "cfkops/base/yaml.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

using base::YamlNode;

/// From the least to the most that a number may be.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int32_t>::max();
};

/// The same of a duration. At most a year, so that moments can be reckoned with it.
struct DurationRange {
  Duration least = Duration::zero();
  Duration most = std::chrono::hours(24) * 366;
};

/// Adds an error of a file: InvalidInput with its place and what to do next.
void report(std::vector<Error>& errors,
            const SourcePos& pos,
            std::string message,
            std::string hint);

/// The entries of a list; what is no list, and entries without a value, are errors. `what` names
/// the list: "'topics' of kafka 'kafka'".
[[nodiscard]] std::vector<const YamlNode*> list_items(const YamlNode& node,
                                                      std::string_view what,
                                                      std::vector<Error>& errors);

/// One map of a file, read by its keys; what is wrong goes to a list of errors, so that one pass
/// finds all. Readers leave `into` alone where the key is missing or its value wrong; they return
/// whether they have set it. What it is made of must outlive it.
class YamlMap {
 public:
  /// `what` names it in messages: "topic 'orders'". What is no map is an error; then it is as if it
  /// had no keys.
  YamlMap(const YamlNode& node, std::string what, std::vector<Error>& errors);

  /// Judges the keys: those that are not in `known`, those without a value, and which of `required`
  /// are missing. A required key must be among the known.
  void expect(std::span<const std::string> known, std::span<const std::string> required = {});

  [[nodiscard]] const std::string& what() const { return what_; }

  /// For the messages of what follows, once its name is known.
  void rename(std::string what) { what_ = std::move(what); }

  /// The value of the key; nullptr where there is none.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }

  /// Of the value, else of the map.
  [[nodiscard]] const SourcePos& pos(std::string_view key) const;

  /// "'partitions' of topic 'orders'".
  [[nodiscard]] std::string name_of(std::string_view key) const;

  /// Adds an error about that key's value.
  void report(std::string_view key, std::string_view message, std::string hint) const;

  /// Something that is not blank.
  bool text(std::string_view key, std::string& into) const;

  /// One of `words`.
  bool word(std::string_view key, std::string& into, std::span<const std::string> words) const;

  /// A name as Kubernetes has them: a DNS label of at most that many characters.
  bool label(std::string_view key, std::string& into, std::size_t most = 63) const;

  bool flag(std::string_view key, bool& into) const;

  /// A whole number.
  bool whole(std::string_view key, std::int64_t& into, Range range) const;
  bool whole(std::string_view key, std::uint64_t& into, Range range) const;
  bool whole(std::string_view key, int& into, Range range) const;

  /// A number from `least` to `most`.
  bool number(std::string_view key, double& into, double least, double most) const;

  /// "1500ms"; 0 needs no unit.
  bool duration(std::string_view key, Duration& into, DurationRange range = {}) const;

  /// A number of bytes, or a quantity: 1500000, "1500k", "20Gi".
  bool bytes(std::string_view key, std::uint64_t& into, Range range) const;

  /// A quantity of Kubernetes that is not negative: "500m", "8Gi".
  bool quantity(std::string_view key, std::string& into) const;

  /// A list of texts that are not blank, each once.
  bool texts(std::string_view key, std::vector<std::string>& into) const;

  /// The same of values that labels can have.
  bool label_values(std::string_view key, std::vector<std::string>& into) const;

  /// The entries of a list; none where it is missing.
  [[nodiscard]] std::vector<const YamlNode*> items(std::string_view key) const;

  [[nodiscard]] std::vector<Error>& errors() const { return *errors_; }

 private:
  /// The value where it is a scalar; else nullptr, with an error unless it is missing.
  [[nodiscard]] const YamlNode* scalar(std::string_view key, std::string_view wanted) const;

  const YamlNode* node_;
  std::string what_;
  std::vector<Error>* errors_;
};

/// Top to bottom, as a person goes through them; first those without a place.
void sort_by_place(std::vector<Error>& errors);

}  // namespace cfkops::sandbox
