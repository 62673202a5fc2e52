#include "cfkops/base/yaml.hpp"

#include "yaml_text.hpp"
#include "yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace cfkops::base {
namespace {

// A mark's `pos` counts bytes and is exact; its `column` counts bytes too, so we do not use it.
std::size_t offset_of(const YAML::Mark& mark) {
  return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
}

/// Hands the parser's events on. The library's node type is not used: it hides duplicate keys.
class Events final : public YAML::EventHandler {
 public:
  explicit Events(YamlTree& tree)
      : tree_(tree) {}

  // NOLINTBEGIN(readability-identifier-naming): the library names them
  void OnDocumentStart(const YAML::Mark& mark) override { tree_.begin_document(offset_of(mark)); }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    tree_.null(offset_of(mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    tree_.alias(offset_of(mark));
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    tree_.scalar(offset_of(mark), tag, value);
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value style) override {
    tree_.begin_collection(offset_of(mark), YamlNode::Kind::Sequence, tag, to_style(style));
  }

  void OnSequenceEnd() override { tree_.end_collection(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value style) override {
    tree_.begin_collection(offset_of(mark), YamlNode::Kind::Map, tag, to_style(style));
  }

  void OnMapEnd() override { tree_.end_collection(); }

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    tree_.anchor(offset_of(mark), name);
  }

  // NOLINTEND(readability-identifier-naming)

 private:
  static YamlTree::Style to_style(YAML::EmitterStyle::value style) {
    return style == YAML::EmitterStyle::Flow ? YamlTree::Style::Flow : YamlTree::Style::Block;
  }

  YamlTree& tree_;
};

void read_documents(const YamlText& text, YamlTree& tree) {
  std::istringstream stream{std::string(text.bytes())};
  Events events(tree);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& error) {
    tree.syntax_error(offset_of(error.mark), error.msg);
  }
}

}  // namespace

std::string_view kind_word(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null:
      return "nothing";
    case YamlNode::Kind::Scalar:
      return "a plain value";
    case YamlNode::Kind::Sequence:
      return "a list";
    case YamlNode::Kind::Map:
      return "a map";
  }
  return "nothing";
}

tl::expected<YamlNode, std::vector<Error>> parse_yaml(std::string_view text,
                                                      const std::string& file,
                                                      YamlDialect dialect) {
  const YamlText source(text, file);
  if (auto error = source.check()) {
    return tl::make_unexpected(std::vector<Error>{*std::move(error)});
  }
  YamlTree tree(source, dialect);
  try {
    read_documents(source, tree);
  } catch (const YamlStop&) {
    return tree.finish();
  }
  return tree.finish();
}

}  // namespace cfkops::base
