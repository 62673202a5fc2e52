#pragma once

#include "yaml_text.hpp"

#include "cfkops/base/yaml.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace cfkops::base {

/// Thrown to leave the parser early; it stops in parse_yaml.
struct YamlStop {};

/// Builds the tree out of a parser's events and collects what is wrong with them. Knows no parser.
class YamlTree {
 public:
  enum class Style { Block, Flow };

  /// `text` must outlive this object.
  YamlTree(const YamlText& text, YamlDialect dialect);

  // One event each; `offset` is where the parser says it begins. They throw YamlStop where going on
  // makes no sense.
  void begin_document(std::size_t offset);
  void scalar(std::size_t offset, const std::string& tag, const std::string& value);
  void null(std::size_t offset);
  void alias(std::size_t offset);
  void anchor(std::size_t offset, const std::string& name);
  void begin_collection(std::size_t offset,
                        YamlNode::Kind kind,
                        const std::string& tag,
                        Style style);
  void end_collection();

  /// The parser gave up: says it in our words.
  void syntax_error(std::size_t offset, const std::string& what);

  /// The tree, or all that was wrong, in the order of the file.
  [[nodiscard]] tl::expected<YamlNode, std::vector<Error>> finish();

 private:
  struct Open {
    YamlNode node;
    std::size_t offset = 0;
    Style style = Style::Block;
    bool has_key = false;     ///< a key waits for its value
    bool key_usable = false;  ///< and is one
    std::string key;
    std::size_t key_offset = 0;
    SourcePos key_pos;
    std::unordered_map<std::string, std::size_t> index;  ///< of the members by key
  };

  [[nodiscard]] bool wants_key() const;
  void check_place(std::size_t offset);
  void check_tag(std::size_t offset, const std::string& tag);
  void set_null_pos(const Open& parent, std::size_t offset, YamlNode& node);
  void place(std::size_t offset, YamlNode node);
  void take_key(Open& map, std::size_t offset, const YamlNode& node);
  void add_member(Open& map, YamlNode value);
  void unclosed(std::size_t offset, YamlNode::Kind kind);
  void report(std::size_t offset, std::string message, std::string hint, std::string reason = {});
  void report_tab(std::size_t offset);

  const YamlText& text_;
  YamlDialect dialect_;
  std::vector<Open> open_;
  YamlNode root_;
  std::vector<Error> errors_;
  int documents_ = 0;
  int nodes_ = 0;
  int last_tab_line_ = 0;
};

}  // namespace cfkops::base
