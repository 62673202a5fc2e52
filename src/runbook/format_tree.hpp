#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A comment in a line of its own.
struct FormatComment {
  std::string text;    ///< from its # on
  int column = 0;      ///< in the file it was read from, from 0
  bool blank = false;  ///< an empty line stands before it
};

/// A value as it is written, with the comments in it.
struct FormatNode {
  enum class Kind {
    Empty,  ///< nothing is written
    Scalar,
    Text,      ///< a block scalar, | or >
    Map,       ///< in lines
    List,      ///< in lines
    FlowMap,   ///< in braces, or one pair in a list in brackets
    FlowList,  ///< in brackets
    Fixed,     ///< something in brackets that stays as it is
  };

  /// A member of a map or an item of a list.
  struct Entry;

  Kind kind = Kind::Empty;
  std::string_view place;  ///< of a map whose keys the table of keys knows; else ""
  int column = 0;  ///< of what is in lines: where its keys or dashes stand, from 0; of what is in
                   ///< brackets: how far the line is indented that it begins in
  std::vector<std::string> lines;  ///< of a scalar and of what is Fixed, without indentation
  std::string_view written;        ///< of what is in brackets, all of it; the file must outlive it
  std::string header;              ///< of a Text: "|-"
  bool several_lines = false;      ///< of what is in brackets
  bool opened_inside = false;      ///< of what is in brackets: its entry's `opening` stands in them
  bool below = false;              ///< of a scalar: it begins in a line below its key
  std::vector<Entry> entries;
  std::vector<FormatComment> header_comments;  ///< of the runbook: about the file
  bool header_blank = false;                   ///< an empty line stands behind those
  std::vector<FormatComment> feet;             ///< behind the last entry
};

struct FormatNode::Entry {
  std::vector<FormatComment> heads;  ///< above it
  bool blank = false;                ///< an empty line stands right before the key or dash
  std::string key;                   ///< as it is written; of an item ""
  std::string name;                  ///< what that means
  std::string opening;  ///< the comment in its line where the value begins in one below
  std::vector<FormatComment> between;  ///< between that line and a scalar
  FormatNode value;
  std::string closing;               ///< the comment in the line in which the value ends
  std::vector<FormatComment> after;  ///< below it, set apart from what follows
};

/// Whether a comment is one for lint, which counts for a certain line.
[[nodiscard]] inline bool is_ignore(std::string_view comment) {
  return comment.find("cfkops:") != std::string_view::npos;
}

/// Whether what begins there is in lines, not in brackets.
[[nodiscard]] inline bool in_lines(const FormatNode& node) {
  return node.kind == FormatNode::Kind::Map || node.kind == FormatNode::Kind::List;
}

/// Leaves what is in brackets, the value of `entry`, as it is written.
void keep_as_it_is(FormatNode::Entry& entry);

/// Whether an empty line stands before an entry and the comments above it.
[[nodiscard]] inline bool& leading_blank(FormatNode::Entry& entry) {
  return entry.heads.empty() ? entry.blank : entry.heads.front().blank;
}

}  // namespace cfkops::runbook
