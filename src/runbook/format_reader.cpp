#include "format_reader.hpp"

#include "format_gap.hpp"
#include "format_scalar.hpp"
#include "places.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace cfkops::runbook {

namespace {

using base::YamlNode;
using Entry = FormatNode::Entry;
using Kind = FormatNode::Kind;

/// Thrown where the file is written in a way that the reader does not know; it stops in
/// read_format.
struct Unknown {};

void must(bool known) {
  if (!known) {
    throw Unknown();
  }
}

/// Walks the tree and the text side by side: what is neither a scalar of the tree nor a sign of
/// YAML is a comment.
class FormatReader {
 public:
  FormatReader(const YamlNode& root, const SourceText& source)
      : tree_(root),
        source_(source),
        text_(source.text()),
        gaps_(text_) {
    each_place(root, [this](const YamlNode& map, std::string_view where) {
      places_.emplace(&map, where);
    });
  }

  FormatFile read() {
    FormatFile file;
    file.prefix = take_prefix();
    Entry root;
    gaps_.comment_slot = &root.opening;
    read_value(tree_, root, -1);
    must(root.opening.empty() && in_lines(root.value) && root.value.kind == Kind::Map);
    FormatGap gap = skip();
    const bool ended = at() == text_.size();
    must(ended || text_.substr(at()).starts_with("..."));
    file.suffix = text_.substr(at());
    place_comments(gap, root.value, &root.value, nullptr);
    file.root = std::move(root.value);
    file.comments = gaps_.comments();
    return file;
  }

 private:
  [[nodiscard]] std::size_t at() const { return gaps_.at; }

  [[nodiscard]] char here() const { return at() < text_.size() ? text_[at()] : '\0'; }

  /// Cheap where positions grow: a line may be as long as the file.
  std::size_t offset(const SourcePos& pos) {
    if (pos.line != known_.line || pos.column < known_.column) {
      known_ = {{}, pos.line, 1};
      known_offset_ = source_.offset_of(known_);
    }
    while (known_.column < pos.column && known_offset_ < text_.size() &&
           text_[known_offset_] != '\n') {
      known_offset_ = next_character(text_, known_offset_);
      ++known_.column;
    }
    return known_offset_;
  }

  FormatGap skip() {
    auto gap = gaps_.skip();
    must(gap.has_value());
    return *std::move(gap);
  }

  /// Skips to where something is known to begin.
  FormatGap skip_to(const SourcePos& pos) {
    FormatGap gap = skip();
    must(at() == offset(pos));
    return gap;
  }

  void take(char sign) {
    must(here() == sign);
    ++gaps_.at;
  }

  /// Directives, and comments above the line "---".
  std::string take_prefix() {
    std::size_t end = 0;
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t next = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
      const std::string_view line = base::trim(text_.substr(begin, next - begin));
      if (line.starts_with("---")) {
        const std::string_view rest = base::trim(line.substr(3));
        must(rest.empty() || rest.starts_with('#'));
        end = next;
        break;
      }
      if (!line.empty() && !line.starts_with('#') && !line.starts_with('%')) {
        break;
      }
      begin = next;
    }
    gaps_.at = end;
    return std::string(text_.substr(0, end));
  }

  void read_value(const YamlNode& node, Entry& entry, int parent) {
    if (node.is_null() && node.length == 0) {
      return;
    }
    const std::size_t begin = offset(node.pos);
    const char first = begin < text_.size() ? text_[begin] : '\0';
    const bool brackets = first == '{' || first == '[';
    if (!brackets && node.is_map()) {
      return read_map(node, entry.value);
    }
    if (!brackets && node.is_sequence()) {
      return read_list(node, entry.value);
    }
    const std::size_t behind = at();
    entry.between = skip_to(node.pos).comments;
    entry.value.below = text_.substr(behind, begin - behind).find('\n') != std::string_view::npos;
    if (node.is_map() || node.is_sequence()) {
      read_brackets(node, entry);
    } else if (node.quoted && (first == '|' || first == '>')) {
      read_text(entry, parent);
    } else {
      entry.value.kind = Kind::Scalar;
      entry.value.lines = read_scalar(node, ScalarPlace::InLines);
    }
    gaps_.comment_slot = &entry.closing;
  }

  void read_map(const YamlNode& node, FormatNode& map) {
    map.kind = Kind::Map;
    map.column = node.members.front().key_pos.column - 1;
    const auto place = places_.find(&node);
    map.place = place == places_.end() ? std::string_view() : place->second;
    map.entries.reserve(node.members.size());  // where comments go is told by pointers
    for (const YamlNode::Member& member : node.members) {
      FormatGap gap = skip_to(member.key_pos);
      Entry* before = map.entries.empty() ? nullptr : &map.entries.back();
      Entry& entry = map.entries.emplace_back();
      place_comments(gap, map, before == nullptr ? nullptr : &before->value, &entry);
      set_apart(before, entry);
      read_key(member, entry, ScalarPlace::InLines);
      gaps_.comment_slot = &entry.opening;
      read_value(member.value, entry, map.column);
    }
  }

  void read_list(const YamlNode& node, FormatNode& list) {
    list.kind = Kind::List;
    list.column = node.pos.column - 1;
    list.entries.reserve(node.items.size());
    for (const YamlNode& item : node.items) {
      FormatGap gap = skip();
      Entry* before = list.entries.empty() ? nullptr : &list.entries.back();
      Entry& entry = list.entries.emplace_back();
      place_comments(gap, list, before == nullptr ? nullptr : &before->value, &entry);
      set_apart(before, entry);
      take('-');
      gaps_.comment_slot = &entry.opening;
      read_value(item, entry, list.column);
    }
  }

  void read_key(const YamlNode::Member& member, Entry& entry, ScalarPlace place) {
    YamlNode key;
    key.kind = YamlNode::Kind::Scalar;
    key.scalar = member.key;
    key.pos = member.key_pos;
    const std::vector<std::string> lines = read_scalar(key, place);
    must(lines.size() == 1);
    entry.key = lines.front();
    entry.name = member.key;
    while (here() == ' ' || here() == '\t') {
      ++gaps_.at;
    }
    take(':');
  }

  /// The lines of a quoted or plain scalar, and goes behind it.
  std::vector<std::string> read_scalar(const YamlNode& node, ScalarPlace place) {
    const std::size_t begin = at();
    gaps_.at = scalar_end(node, begin);
    const std::string_view written = text_.substr(begin, at() - begin);
    std::vector<std::string> lines = base::split(written, '\n');
    if (lines.size() == 1) {
      return {plainest(written, place)};
    }
    for (std::size_t i = 1; i < lines.size(); ++i) {
      lines[i].erase(0, lines[i].find_first_not_of(" \t"));
    }
    return lines;
  }

  [[nodiscard]] std::size_t scalar_end(const YamlNode& node, std::size_t begin) const {
    const char quote = text_[begin];
    if (node.is_null()) {
      return begin + static_cast<std::size_t>(node.length);
    }
    if (quote != '"' && quote != '\'') {
      return plain_end(node.scalar, begin);
    }
    for (std::size_t end = begin + 1; end < text_.size(); ++end) {
      const bool escape = quote == '"' ? text_[end] == '\\' : text_.substr(end, 2) == "''";
      if (escape) {
        ++end;
      } else if (text_[end] == quote) {
        return end + 1;
      }
    }
    throw Unknown();
  }

  /// Spaces do not count: folding changes them.
  [[nodiscard]] std::size_t plain_end(std::string_view scalar, std::size_t begin) const {
    std::size_t end = begin;
    for (const char c : scalar) {
      if (c == ' ' || c == '\n' || c == '\t') {
        continue;
      }
      while (end < text_.size() &&
             std::string_view(" \t\n").find(text_[end]) != std::string_view::npos) {
        ++end;
      }
      must(end < text_.size() && text_[end] == c);
      ++end;
    }
    must(end > begin);
    return end;
  }

  /// A block scalar in what stands at column `parent`.
  void read_text(Entry& entry, int parent) {
    FormatNode& node = entry.value;
    node.kind = Kind::Text;
    while (here() != '\0' &&
           std::string_view("|>+-0123456789").find(here()) != std::string_view::npos) {
      node.header += here();
      ++gaps_.at;
    }
    gaps_.comment_slot = &entry.closing;
    must(gaps_.skip_line());
    const std::size_t digit = node.header.find_first_of("123456789");
    int indent = -1;
    if (digit != std::string::npos) {
      indent = std::max(parent, 0) + node.header[digit] - '0';
      node.header[digit] = '2';
    }
    const bool keep = node.header.find('+') != std::string::npos;
    std::size_t end = at();
    std::size_t kept = 0;
    for (std::size_t begin = at(); begin < text_.size();) {
      const std::size_t next = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
      std::string line(text_.substr(begin, next - begin));
      line.erase(line.find('\n') == std::string::npos ? line.size() : line.size() - 1);
      const std::size_t first = line.find_first_not_of(' ');
      if (first != std::string::npos) {
        indent = indent < 0 ? static_cast<int>(first) : indent;
        if (static_cast<int>(first) < indent || indent <= parent) {
          break;
        }
      }
      const bool spaces = first == std::string::npos &&
                          (indent < 0 || line.size() <= static_cast<std::size_t>(indent));
      node.lines.push_back(spaces ? "" : line.substr(static_cast<std::size_t>(indent)));
      begin = next;
      if (keep || !spaces) {
        kept = node.lines.size();
        end = next;
      }
    }
    node.lines.resize(kept);
    gaps_.at = end;
  }

  void read_brackets(const YamlNode& node, Entry& entry) {
    const std::size_t begin = at();
    const std::size_t known = gaps_.comments().size();
    const std::string opening = std::exchange(entry.opening, {});
    read_flow(node, entry.value, entry.opening);
    FormatNode& value = entry.value;
    value.written = text_.substr(begin, at() - begin);
    value.several_lines = value.written.find('\n') != std::string_view::npos;
    value.opened_inside = !entry.opening.empty();
    const std::size_t line = source_.offset_of({{}, node.pos.line, 1});
    value.column = static_cast<int>(text_.find_first_not_of(' ', line) - line);
    const auto& comments = gaps_.comments();
    const bool fixed = std::any_of(comments.begin() + static_cast<std::ptrdiff_t>(known),
                                   comments.end(),
                                   [](const std::string& c) { return is_ignore(c); });
    const bool nothing_but_comments = value.entries.empty() && known != comments.size();
    if (fixed || nothing_but_comments || (!opening.empty() && value.opened_inside)) {
      keep_as_it_is(entry);
    }
    entry.opening = opening.empty() ? entry.opening : opening;
  }

  void read_flow(const YamlNode& node, FormatNode& flow, std::string& opening) {
    const bool map = node.is_map();
    flow.kind = map ? Kind::FlowMap : Kind::FlowList;
    const auto place = places_.find(&node);
    flow.place = place == places_.end() ? std::string_view() : place->second;
    take(map ? '{' : '[');
    gaps_.comment_slot = &opening;
    flow.entries.reserve(node.members.size() + node.items.size());
    FormatGap gap = skip();
    for (const YamlNode::Member& member : node.members) {
      Entry& entry = add_flow_entry(flow, gap);
      must(at() == offset(member.key_pos));
      read_key(member, entry, ScalarPlace::InBrackets);
      gap = read_flow_value(member.value, entry);
    }
    for (const YamlNode& item : node.items) {
      Entry& entry = add_flow_entry(flow, gap);
      gap = read_flow_value(item, entry);
    }
    flow.feet = std::move(gap.comments);
    take(map ? '}' : ']');
  }

  static Entry& add_flow_entry(FormatNode& flow, FormatGap& gap) {
    Entry& entry = flow.entries.emplace_back();
    entry.heads = std::move(gap.comments);
    entry.blank = gap.blank;
    return entry;
  }

  /// The value and the comma behind it. Returns what stands behind that.
  FormatGap read_flow_value(const YamlNode& node, Entry& entry) {
    gaps_.comment_slot = nullptr;
    must(!node.is_null() || node.length > 0);
    const FormatGap before = skip();
    must(before.comments.empty() && at() == offset(node.pos));
    if (node.is_map() && here() != '{') {
      FormatNode& pair = entry.value;  // [key: value]
      pair.kind = Kind::FlowMap;
      must(node.members.size() == 1);
      Entry& only = pair.entries.emplace_back();
      read_key(node.members.front(), only, ScalarPlace::InBrackets);
      must(!node.members.front().value.is_map() && !node.members.front().value.is_sequence());
      skip_to(node.members.front().value.pos);
      only.value.kind = Kind::Scalar;
      only.value.lines = read_scalar(node.members.front().value, ScalarPlace::InBrackets);
    } else if (node.is_map() || node.is_sequence()) {
      read_brackets(node, entry);
    } else {
      entry.value.kind = Kind::Scalar;
      entry.value.lines = read_scalar(node, ScalarPlace::InBrackets);
    }
    gaps_.comment_slot = &entry.closing;
    FormatGap gap = skip();
    if (here() != ',') {
      return gap;
    }
    must(gap.comments.empty());
    ++gaps_.at;
    return skip();
  }

  /// What ends where `last` ends, with it, the innermost first.
  static std::vector<FormatNode*> ending(FormatNode* last) {
    std::vector<FormatNode*> nodes;
    while (last != nullptr && in_lines(*last)) {
      nodes.insert(nodes.begin(), last);
      last = &last->entries.back().value;
    }
    return nodes;
  }

  /// Finds out what the comments of a gap belong to: to what ends before it and is indented as far
  /// as they are, else to the entry behind it. What lint is to ignore counts for the next line.
  static void place_comments(FormatGap& gap, FormatNode& here, FormatNode* last, Entry* next) {
    const std::vector<FormatNode*> ended = ending(last);
    std::size_t innermost = 0;
    bool to_next = false;
    for (FormatComment& comment : gap.comments) {
      to_next = to_next || (next != nullptr && is_ignore(comment.text));
      while (!to_next && innermost < ended.size() &&
             !reaches(*ended[innermost],
                      innermost + 1 < ended.size() ? ended[innermost + 1] : &here,
                      comment.column)) {
        ++innermost;
      }
      to_next = to_next || (next != nullptr && innermost == ended.size());
      FormatNode& owner = innermost < ended.size() ? *ended[innermost] : here;
      (to_next ? next->heads : owner.feet).push_back(std::move(comment));
    }
    if (next != nullptr) {
      next->blank = gap.blank;
    }
  }

  /// Whether a comment at that column is in `node`. The dashes of a list may stand below the key
  /// that it belongs to; comments there are rather about the next key.
  static bool reaches(const FormatNode& node, const FormatNode* outer, int column) {
    const bool level = outer != &node && outer->kind == Kind::Map && node.kind == Kind::List &&
                       outer->column == node.column;
    return column >= node.column + (level ? 1 : 0);
  }

  /// Gives the comments that stand right below `before` and apart from `entry` to the former.
  static void set_apart(Entry* before, Entry& entry) {
    if (before == nullptr || entry.heads.empty() || entry.heads.front().blank) {
      return;
    }
    const auto begin = entry.heads.begin();
    const auto next = std::find_if(
        begin, entry.heads.end(), [](const FormatComment& comment) { return comment.blank; });
    const bool ignores = std::any_of(
        begin, next, [](const FormatComment& comment) { return is_ignore(comment.text); });
    if (!ignores && (next != entry.heads.end() || entry.blank)) {
      before->after.assign(begin, next);
      entry.heads.erase(begin, next);
    }
  }

  const YamlNode& tree_;
  const SourceText& source_;
  std::string_view text_;
  FormatGaps gaps_;
  SourcePos known_ = {{}, 0, 1};  ///< a position, and the byte that it is
  std::size_t known_offset_ = 0;
  std::map<const YamlNode*, std::string_view> places_;
};

}  // namespace

std::optional<FormatFile> read_format(const base::YamlNode& root, const SourceText& source) {
  try {
    return FormatReader(root, source).read();
  } catch (const Unknown&) {
    return std::nullopt;
  }
}

}  // namespace cfkops::runbook
