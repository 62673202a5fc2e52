#include "yaml_tree.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace cfkops::base {
namespace {

constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxErrors = 100;
constexpr int kMaxNodes = 1000000;

constexpr std::string_view kStringTag = "tag:yaml.org,2002:str";
constexpr const char* kDialect = "dialect";
constexpr const char* kNoAlias = "an alias (*) is not allowed";
constexpr const char* kNoAliasHint = "write the content out where it is used";

/// What the parser's message has in it, and how we say it.
struct Translation {
  std::string_view part;
  const char* message;
  const char* hint;
};

constexpr std::array<Translation, 9> kTranslations = {{
    {"illegal map value",
     "a ':' is not allowed here",
     "quote the text if it belongs to it; otherwise check the indentation and the line above"},
    {"illegal block entry",
     "a list item is not allowed here",
     "begin the list in a line of its own"},
    {"anchor is not defined", kNoAlias, kNoAliasHint},
    {"escape",
     "an unknown escape in a text in double quotes",
     "write \\\\ for a backslash, or use single quotes"},
    {"unicode",
     "an escape in double quotes names no character",
     "write the character itself, or its code point as \\U0001F642"},
    {"hex", "an escape in double quotes lacks digits", "write it like \\u00e4"},
    {"end of map", "this does not fit the lines above it", "check the indentation and the quotes"},
    {"end of sequence",
     "this does not fit the list above it",
     "check the indentation, and that each item begins with '- '"},
    {"flow end", "this bracket closes none that is open", "remove it, or put the value in quotes"},
}};

std::string quoted_name(const std::string& text) {
  return "'" + printable(text) + "'";
}

}  // namespace

YamlTree::YamlTree(const YamlText& text, YamlDialect dialect)
    : text_(text),
      dialect_(dialect) {}

void YamlTree::report(std::size_t offset,
                      std::string message,
                      std::string hint,
                      std::string reason) {
  errors_.push_back(yaml_error(text_.pos(offset), std::move(message), std::move(hint)));
  errors_.back().reason = std::move(reason);
  if (errors_.size() >= kMaxErrors) {
    throw YamlStop();
  }
}

void YamlTree::report_tab(std::size_t offset) {
  const std::size_t tab = text_.bytes().find('\t', text_.line_begin(offset));
  const int line = text_.pos(tab).line;
  if (line != last_tab_line_) {
    last_tab_line_ = line;
    report(tab, "a tab in the indentation", "indent with spaces; YAML allows no tabs there");
  }
}

bool YamlTree::wants_key() const {
  return !open_.empty() && open_.back().node.is_map() && !open_.back().has_key;
}

void YamlTree::check_place(std::size_t offset) {
  if (++nodes_ > kMaxNodes) {
    report(offset, fmt::format("more than {} values", kMaxNodes), "split the file");
    throw YamlStop();
  }
  const bool in_block = open_.empty() || open_.back().style == Style::Block;
  if (in_block && text_.indented_by_tab(offset)) {
    report_tab(offset);
  }
  if (wants_key() && text_.after_question_mark(offset)) {
    report(offset, "a key written with '?' is not allowed", "write it as key: value", kDialect);
  }
}

void YamlTree::check_tag(std::size_t offset, const std::string& tag) {
  // The parser says "?" for plain and "!" for quoted scalars, but "!" also for a tag that is only
  // that.
  const bool untagged = tag.empty() || tag == "?" || (tag == "!" && text_.at(offset) != '!');
  if (!untagged && dialect_ == YamlDialect::Strict) {
    report(offset,
           "a tag (!) is not allowed",
           "remove it; put the value in quotes where it must be text",
           kDialect);
  }
}

void YamlTree::begin_document(std::size_t offset) {
  if (++documents_ < 2) {
    return;
  }
  if (text_.from(offset).starts_with("---")) {
    report(offset, "a second document begins here", "put it into a file of its own");
  } else {
    report(offset,
           "this does not belong to what stands above it",
           "check the indentation of this line");
  }
  throw YamlStop();
}

void YamlTree::scalar(std::size_t offset, const std::string& tag, const std::string& value) {
  check_place(offset);
  check_tag(offset, tag);
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.scalar = value;
  node.quoted = tag == "!" || tag == kStringTag;
  node.pos = text_.pos(offset);
  node.length = text_.length_of(offset, value);
  const char first = text_.at(offset);
  if ((first == '"' || first == '\'') && !text_.quote_end(offset)) {
    // The parser takes the end of the file for the closing quote.
    report(offset, "this quote is never closed", "close it where the text ends");
  }
  place(offset, std::move(node));
}

void YamlTree::null(std::size_t offset) {
  check_place(offset);
  YamlNode node;
  node.pos = text_.pos(offset);
  if (text_.at(offset) == '~') {
    node.length = 1;
  } else if (lower(text_.from(offset).substr(0, 4)) == "null") {
    node.length = 4;
  }
  if (!open_.empty() && !wants_key()) {
    set_null_pos(open_.back(), offset, node);
  }
  place(offset, std::move(node));
}

/// Where nothing is written, the parser's mark is that of the next token: a place of no use to
/// anybody.
void YamlTree::set_null_pos(const Open& parent, std::size_t offset, YamlNode& node) {
  const bool block = parent.style == Style::Block;
  if (parent.node.is_sequence()) {
    if (node.length == 0 && block) {
      node.pos = text_.pos(text_.before_blanks(offset));
    }
    return;
  }
  if (block && offset == parent.key_offset && parent.key_usable) {
    report(offset, "expected ':' after " + quoted_name(parent.key), "write it as key: value");
    return;
  }
  const bool belongs =
      !block || node.pos.line == parent.key_pos.line || node.pos.column > parent.key_pos.column;
  if (node.length == 0 || !belongs) {
    node.length = 0;
    node.pos = parent.key_pos;
  }
}

void YamlTree::alias(std::size_t offset) {
  check_place(offset);
  report(offset, kNoAlias, kNoAliasHint, kDialect);
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.pos = text_.pos(offset);
  place(offset, std::move(node));
}

void YamlTree::anchor(std::size_t offset, const std::string& name) {
  report(
      offset, "the anchor " + quoted_name("&" + name) + " is not allowed", kNoAliasHint, kDialect);
}

void YamlTree::begin_collection(std::size_t offset,
                                YamlNode::Kind kind,
                                const std::string& tag,
                                Style style) {
  check_place(offset);
  check_tag(offset, tag);
  if (wants_key()) {
    report(offset, "a list or map cannot be a key", "give it a name: keys are text");
  }
  if (open_.size() >= kMaxDepth) {
    report(offset, fmt::format("nested more than {} levels deep", kMaxDepth), "flatten it");
    throw YamlStop();
  }
  Open& opened = open_.emplace_back();
  opened.offset = offset;
  opened.style = style;
  opened.node.kind = kind;
  opened.node.pos = text_.pos(offset);
}

void YamlTree::end_collection() {
  YamlNode node = std::move(open_.back().node);
  open_.pop_back();
  if (wants_key()) {
    open_.back().has_key = true;  // reported when it began
    open_.back().key_usable = false;
    return;
  }
  place(0, std::move(node));
}

void YamlTree::place(std::size_t offset, YamlNode node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.is_sequence()) {
    parent.node.items.push_back(std::move(node));
  } else if (parent.has_key) {
    add_member(parent, std::move(node));
  } else {
    take_key(parent, offset, node);
  }
}

void YamlTree::take_key(Open& map, std::size_t offset, const YamlNode& node) {
  map.has_key = true;
  map.key_usable = node.is_scalar();
  map.key = node.scalar;
  map.key_offset = offset;
  map.key_pos = node.pos;
  if (node.is_null()) {
    report(offset,
           node.length == 0 ? "there is no key before ':'" : "null cannot be a key",
           "keys are text; quote one that looks like something else");
  } else if (node.scalar == "<<" && !node.quoted) {
    map.key_usable = false;
    report(offset, "a merge key (<<) is not allowed", "write the keys out", kDialect);
  }
}

void YamlTree::add_member(Open& map, YamlNode value) {
  map.has_key = false;
  if (!map.key_usable) {
    return;
  }
  std::vector<YamlNode::Member>& members = map.node.members;
  const auto [known, added] = map.index.try_emplace(map.key, members.size());
  if (added) {
    members.push_back({std::move(map.key), std::move(map.key_pos), std::move(value)});
    return;
  }
  YamlNode::Member& first = members[known->second];
  if (dialect_ == YamlDialect::Lenient) {
    first = {std::move(map.key), std::move(map.key_pos), std::move(value)};
    return;
  }
  report(map.key_offset,
         fmt::format("the key {} is already used in line {}, column {}",
                     quoted_name(map.key),
                     first.key_pos.line,
                     first.key_pos.column),
         "remove one of the two",
         "duplicate");
}

void YamlTree::unclosed(std::size_t offset, YamlNode::Kind kind) {
  const auto innermost = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& open) {
    // A pair in a list, as in [a: b], is a map without brackets.
    const char bracket = kind == YamlNode::Kind::Map ? '{' : '[';
    return open.style == Style::Flow && open.node.kind == kind && text_.at(open.offset) == bracket;
  });
  const std::size_t begin = innermost == open_.rend() ? offset : innermost->offset;
  // Without its end, the parser took what stands behind the bracket for a key.
  const SourcePos pos = text_.pos(begin);
  std::erase_if(errors_, [&](const Error& error) {
    return std::tie(error.pos->line, error.pos->column) >= std::tie(pos.line, pos.column);
  });
  const bool map = kind == YamlNode::Kind::Map;
  report(begin,
         map ? "this '{' is never closed" : "this '[' is never closed",
         map ? "close it with '}', and separate its entries by commas"
             : "close it with ']', and separate its entries by commas");
}

void YamlTree::syntax_error(std::size_t offset, const std::string& what) {
  const auto says = [&](std::string_view part) { return what.find(part) != std::string::npos; };
  if (text_.line_indented_by_tab(offset)) {
    report_tab(offset);
    return;
  }
  if (says("sequence flow") || says("map flow")) {
    unclosed(offset, says("map flow") ? YamlNode::Kind::Map : YamlNode::Kind::Sequence);
    return;
  }
  if (says("unknown token")) {
    report(offset,
           fmt::format("a plain value cannot begin with '{}'", text_.at(offset)),
           "put the value in quotes");
    return;
  }
  const auto* known = std::find_if(kTranslations.begin(),
                                   kTranslations.end(),
                                   [&](const Translation& entry) { return says(entry.part); });
  if (known == kTranslations.end()) {
    report(offset, "not YAML: " + printable(what), "check this line and the one above it");
  } else {
    report(offset, known->message, known->hint);
  }
}

tl::expected<YamlNode, std::vector<Error>> YamlTree::finish() {
  if (errors_.empty() && root_.is_null()) {
    errors_.push_back(yaml_error(text_.pos(0), "the document is empty", "is it the right file?"));
  }
  if (errors_.empty()) {
    return std::move(root_);
  }
  std::stable_sort(errors_.begin(), errors_.end(), [](const Error& a, const Error& b) {
    return std::tie(a.pos->line, a.pos->column) < std::tie(b.pos->line, b.pos->column);
  });
  return tl::make_unexpected(std::move(errors_));
}

}  // namespace cfkops::base
