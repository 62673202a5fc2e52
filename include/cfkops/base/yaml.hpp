#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::base {

/// One node of a YAML document with what a good message needs: where it stands and how it was
/// written. A plain value, valid on its own.
struct YamlNode {
  /// What it is.
  enum class Kind { Null, Scalar, Sequence, Map };

  /// A key with its value.
  struct Member;

  Kind kind = Kind::Null;
  std::string scalar;           ///< text of a Scalar, as written, escapes resolved
  bool quoted = false;          ///< written in quotes or as a block (| or >): always a string
  std::vector<YamlNode> items;  ///< of a Sequence
  std::vector<Member> members;  ///< of a Map, in file order
  SourcePos pos;                ///< of the first character; of its key where nothing is written
  int length = 0;               ///< characters of a one-line scalar, for carets; 0 otherwise

  /// The member named `key`, or nullptr.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;

  /// It has `members`.
  [[nodiscard]] bool is_map() const { return kind == Kind::Map; }

  /// It has `items`.
  [[nodiscard]] bool is_sequence() const { return kind == Kind::Sequence; }

  /// It has a `scalar`.
  [[nodiscard]] bool is_scalar() const { return kind == Kind::Scalar; }

  /// Nothing, `null` or `~` is written.
  [[nodiscard]] bool is_null() const { return kind == Kind::Null; }
};

/// One entry of a map.
struct YamlNode::Member {
  std::string key;
  SourcePos key_pos;
  YamlNode value;
};

/// "a list", for messages.
[[nodiscard]] std::string_view kind_word(const YamlNode& node);

/// How strict the reader is.
enum class YamlDialect {
  Strict,   ///< runbooks: no anchors, aliases, merge keys or tags; a duplicate key is an error
  Lenient,  ///< files of others (kubeconfig): aliases and anchors are refused, a duplicate key
            ///< keeps the last
};

/// Reads exactly one document. All errors found are returned together: each with position and
/// remedy (InvalidInput); its reason is "duplicate" for a key used twice, "dialect" for what YAML
/// has and we refuse, and empty for the rest. Bounded: nesting 100, nodes 1,000,000, input 16 MiB.
/// `file` only names positions.
[[nodiscard]] tl::expected<YamlNode, std::vector<Error>> parse_yaml(std::string_view text,
                                                                    const std::string& file,
                                                                    YamlDialect dialect);

/// The node as JSON by the YAML 1.2 core schema (plain null/true/false/numbers, everything else a
/// string), but for digits behind a leading zero, which YAML 1.1 reads as octal: they stay a
/// string.
[[nodiscard]] Json to_json(const YamlNode& node);

}  // namespace cfkops::base
