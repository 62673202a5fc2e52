#pragma once

#include "source_text.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/expression.hpp"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

using base::YamlNode;

// Findings about the form of a file.
inline constexpr std::string_view kInvalidYaml = "CFK-Y001";
inline constexpr std::string_view kDuplicateKey = "CFK-Y002";
inline constexpr std::string_view kForbiddenYaml = "CFK-Y004";
inline constexpr std::string_view kEmptyValue = "CFK-Y005";
inline constexpr std::string_view kUnknownKey = "CFK-S001";
inline constexpr std::string_view kMissingKey = "CFK-S002";
inline constexpr std::string_view kWrongType = "CFK-S003";
inline constexpr std::string_view kBadId = "CFK-S004";
inline constexpr std::string_view kRenamedKey = "CFK-S008";
inline constexpr std::string_view kBadDefault = "CFK-P004";

/// Reads the parts of a runbook's tree and collects what is wrong with them. Every reader returns
/// something usable after a finding, so that one pass tells everything. `source` must outlive it.
class Form {
 public:
  explicit Form(const SourceText& source)
      : source_(source) {}

  [[nodiscard]] const SourceText& source() const { return source_; }

  [[nodiscard]] bool clean() const { return findings_.empty(); }

  /// There are as many findings as are told.
  [[nodiscard]] bool full() const;

  [[nodiscard]] std::vector<Diagnostic> take_findings() { return std::move(findings_); }

  /// Adds a finding and returns it, to add what mends it. Behind the most that are told it is
  /// dropped.
  Diagnostic& report(std::string_view code,
                     const SourcePos& pos,
                     int length,
                     std::string message,
                     std::string remedy);

  /// The same about a scalar as a whole.
  void report(std::string_view code,
              const YamlNode& node,
              std::string message,
              std::string remedy = {});

  /// The same about what an expression, template or conversion says. Its position is looked up in
  /// the source.
  void report(const Error& error, const YamlNode& scalar);

  /// Reports a plain scalar that not every YAML reads alike. Returns whether it is one.
  bool is_ambiguous(const YamlNode& node, std::string_view what);

  /// Judges the keys of `map` by the table of keys: unknown, missing, without a value. `what` names
  /// the map. Returns whether it is a map at all.
  bool check_keys(const YamlNode& map, std::string_view where, std::string_view what);

  /// The member of that key where it has a value (its lack is a finding of check_keys).
  [[nodiscard]] static const YamlNode* member(const YamlNode& map, std::string_view key);

  /// The text of a scalar, or "" after a finding.
  [[nodiscard]] std::string text(const YamlNode* node, std::string_view what);

  /// One of `words`, or "".
  [[nodiscard]] std::string word(const YamlNode* node,
                                 std::string_view what,
                                 std::span<const std::string> words);

  /// A name for expressions, or "".
  [[nodiscard]] std::string id(const YamlNode* node, std::string_view what);

  /// Reports what is wrong with `name` as a name for expressions.
  bool check_id(const std::string& name, const SourcePos& pos, std::string_view what);

  [[nodiscard]] std::optional<Duration> duration(const YamlNode* node, std::string_view what);
  [[nodiscard]] std::optional<bool> boolean(const YamlNode* node, std::string_view what);

  /// A number from `least` to `most`.
  [[nodiscard]] std::optional<double> number(const YamlNode* node,
                                             std::string_view what,
                                             double least,
                                             double most);

  /// A bare expression; empty after a finding.
  [[nodiscard]] Expression expression(const YamlNode* node, std::string_view what);

  /// Text with `${…}`; empty after a finding.
  [[nodiscard]] Template templated(const YamlNode& node, std::string_view what);

  /// The items of a list that are not empty.
  [[nodiscard]] std::vector<const YamlNode*> items(const YamlNode* node, std::string_view what);

 private:
  /// Reports a key that the table does not have. `what` names the map.
  void unknown_key(const YamlNode& map,
                   const YamlNode::Member& member,
                   std::string_view where,
                   std::string_view what);

  Diagnostic& add(Diagnostic finding);
  bool is_scalar(const YamlNode& node, std::string_view what, std::string_view wanted);

  const SourceText& source_;
  std::vector<Diagnostic> findings_;
  Diagnostic dropped_;  ///< the last one that is not told
};

/// What a scalar or tree is by YAML's own rules.
[[nodiscard]] Value plain_value(const YamlNode& node);

}  // namespace cfkops::runbook
