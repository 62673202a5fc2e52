#include "format_writer.hpp"

#include "format_scalar.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

using Entry = FormatNode::Entry;
using Kind = FormatNode::Kind;

constexpr std::size_t kStep = 2;

enum class Begin { NewLine, SameLine };

bool is_flow(const FormatNode& node) {
  return node.kind == Kind::FlowMap || node.kind == Kind::FlowList;
}

bool is_item(const Entry& entry) {
  return entry.key.empty();
}

/// Outside of brackets more needs no quotes.
void requote(Entry& entry) {
  entry.key = plainest(entry.key, ScalarPlace::InLines);
  std::vector<std::string>& lines = entry.value.lines;
  if (entry.value.kind == Kind::Scalar && lines.size() == 1) {
    lines.front() = plainest(lines.front(), ScalarPlace::InLines);
  }
}

/// What is in brackets over several lines is written in lines without them.
void unfold(Entry& entry) {
  FormatNode& node = entry.value;
  const bool to_unfold = is_flow(node) && node.several_lines && !node.entries.empty();
  if (to_unfold && is_ignore(entry.closing)) {
    keep_as_it_is(entry);  // what lint is to ignore stands in that line
    return;
  }
  if (to_unfold) {
    node.kind = node.kind == Kind::FlowMap ? Kind::Map : Kind::List;
    std::for_each(node.entries.begin(), node.entries.end(), requote);
    node.entries.front().blank = node.entries.front().blank && !node.entries.front().heads.empty();
    if (!entry.closing.empty()) {  // it stood behind the closing bracket: behind all of it
      node.feet.push_back({.text = std::exchange(entry.closing, {})});
    }
  }
  for (Entry& inner : node.entries) {
    unfold(inner);
  }
}

class FormatWriter {
 public:
  std::string write(FormatFile file) {
    for (Entry& entry : file.root.entries) {
      unfold(entry);
    }
    text_ = std::move(file.prefix);
    for (const FormatComment& comment : file.root.header_comments) {
      blank(comment.blank && &comment != &file.root.header_comments.front());
      line(0, comment.text);
    }
    blank(file.root.header_blank && !file.root.header_comments.empty());
    write_entries(file.root, 0, Begin::NewLine, true);
    return std::move(text_) + file.suffix;
  }

 private:
  void line(std::size_t indent, std::string_view text) {
    after_kept_ = false;
    text_.append(text.empty() ? 0 : indent, ' ');
    text_ += text;
    text_ += '\n';
  }

  /// An empty line behind a text that keeps those would become part of it.
  void blank(bool wanted) {
    if (wanted && !after_kept_) {
      text_ += '\n';
    }
  }

  void end_line(const std::string& comment) {
    text_ += comment.empty() ? "\n" : "  " + comment + "\n";
    after_kept_ = false;
  }

  void write_entries(const FormatNode& node, std::size_t indent, Begin begin, bool top) {
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const Entry& entry = node.entries[i];
      if (i > 0) {
        const Entry& before = node.entries[i - 1];
        const bool parts = top && (in_lines(entry.value) || in_lines(before.value));
        const bool leading = entry.heads.empty() ? entry.blank : entry.heads.front().blank;
        blank(parts || leading || !before.after.empty());
      }
      if (i > 0 || begin == Begin::NewLine) {
        write_heads(entry, indent);
        text_.append(indent, ' ');
      }
      write_entry(entry, indent);
      for (const FormatComment& comment : entry.after) {
        line(indent, comment.text);
      }
    }
    for (const FormatComment& comment : node.feet) {
      blank(comment.blank);
      line(indent, comment.text);
    }
  }

  /// The comments above an entry, and above the first one of what begins in its line.
  void write_heads(const Entry& entry, std::size_t indent) {
    for (const FormatComment& comment : entry.heads) {
      blank(comment.blank && &comment != &entry.heads.front());
      line(indent, comment.text);
    }
    blank(entry.blank && !entry.heads.empty());
    if (begins_in_line(entry)) {
      write_heads(entry.value.entries.front(), indent);
    }
  }

  static bool begins_in_line(const Entry& entry) {
    return is_item(entry) && in_lines(entry.value) && entry.opening.empty();
  }

  void write_entry(const Entry& entry, std::size_t indent) {
    text_ += is_item(entry) ? "-" : entry.key + ":";
    if (in_lines(entry.value)) {
      const bool same_line = begins_in_line(entry);
      if (same_line) {
        text_ += ' ';
      } else {
        end_line(entry.opening);
      }
      write_entries(
          entry.value, indent + kStep, same_line ? Begin::SameLine : Begin::NewLine, false);
      return;
    }
    if (entry.value.kind == Kind::Empty) {
      return end_line(entry.opening);
    }
    const bool several = entry.value.lines.size() > 1 && entry.value.kind == Kind::Scalar;
    const bool below = !is_item(entry) && several && entry.value.below;
    if (below || !entry.opening.empty() || !entry.between.empty()) {
      end_line(entry.opening);
      for (const FormatComment& comment : entry.between) {
        blank(comment.blank && &comment != &entry.between.front());
        line(indent + kStep, comment.text);
      }
      text_.append(indent + kStep, ' ');
    } else {
      text_ += ' ';
    }
    write_value(entry, indent + kStep);
  }

  void write_value(const Entry& entry, std::size_t indent) {
    const FormatNode& node = entry.value;
    switch (node.kind) {
      case Kind::Text:
        text_ += node.header;
        end_line(entry.closing);
        for (const std::string& text : node.lines) {
          line(indent, text);
        }
        after_kept_ = node.header.find('+') != std::string::npos;
        return;
      case Kind::Scalar:
        write_lines(node.lines, indent);
        break;
      case Kind::Fixed:
        write_fixed(node, indent);
        break;
      default:
        text_ += in_brackets(node);
    }
    end_line(entry.closing);
  }

  void write_lines(const std::vector<std::string>& lines, std::size_t indent) {
    text_ += lines.front();
    for (std::size_t i = 1; i < lines.size(); ++i) {
      text_ += '\n';
      text_.append(lines[i].empty() ? 0 : indent, ' ');
      text_ += lines[i];
    }
  }

  /// Moves all lines as far as the first one.
  void write_fixed(const FormatNode& node, std::size_t indent) {
    const std::size_t begin_of_line = text_.rfind('\n') + 1;
    const std::size_t here = text_.find_first_not_of(' ', begin_of_line);
    const auto margin = std::min(here, text_.size()) - begin_of_line;
    const std::ptrdiff_t moved = static_cast<std::ptrdiff_t>(margin) - node.column;
    const auto least = static_cast<std::ptrdiff_t>(indent);
    text_ += node.lines.front();
    for (std::size_t i = 1; i < node.lines.size(); ++i) {
      const std::string_view text = node.lines[i];
      const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
      text_ += '\n';
      if (begin < text.size()) {
        const auto wanted = static_cast<std::ptrdiff_t>(begin) + moved;
        text_.append(static_cast<std::size_t>(std::max(wanted, least)), ' ');
        text_ += text.substr(begin);
      }
    }
  }

  static std::string in_brackets(const FormatNode& node) {
    if (!is_flow(node)) {
      return node.lines.front();
    }
    std::vector<std::string> parts;
    for (const Entry& entry : node.entries) {
      const std::string key = is_item(entry) ? "" : entry.key + ": ";
      parts.push_back(key + in_brackets(entry.value));
    }
    const bool map = node.kind == Kind::FlowMap;
    return (map ? "{" : "[") + base::join(parts, ", ") + (map ? "}" : "]");
  }

  std::string text_;
  bool after_kept_ = false;  ///< the last line is of a text that keeps empty lines behind it
};

}  // namespace

std::string write_format(FormatFile file) {
  return FormatWriter().write(std::move(file));
}

}  // namespace cfkops::runbook
