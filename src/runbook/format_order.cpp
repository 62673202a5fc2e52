#include "format_order.hpp"

#include "key_table.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cfkops::runbook {

namespace {

using Entry = FormatNode::Entry;
using Kind = FormatNode::Kind;

bool any_ignore(const std::vector<FormatComment>& comments) {
  return std::any_of(comments.begin(), comments.end(), [](const FormatComment& comment) {
    return is_ignore(comment.text);
  });
}

/// Whether a comment for lint counts for the line in which the entry begins.
bool has_ignore(const Entry& entry) {
  return any_ignore(entry.heads) || is_ignore(entry.opening) || is_ignore(entry.closing);
}

/// An editor's line that counts only at the top of a file.
bool is_modeline(std::string_view comment) {
  return comment.find("yaml-language-server:") != std::string_view::npos ||
         comment.find("vim:") != std::string_view::npos ||
         comment.find("-*-") != std::string_view::npos;
}

/// Tells the comments about the file from those about its first key: they are set apart by an empty
/// line.
void split_header(FormatNode& root) {
  Entry& first = root.entries.front();
  std::vector<FormatComment>& heads = first.heads;
  std::size_t count = first.blank ? heads.size() : 0;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    count = heads[i].blank && i > 0 ? std::max(count, i) : count;
    count = is_modeline(heads[i].text) ? std::max(count, i + 1) : count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    count = is_ignore(heads[i].text) ? i : count;
  }
  const auto end = heads.begin() + static_cast<std::ptrdiff_t>(count);
  root.header_comments.assign(std::make_move_iterator(heads.begin()), std::make_move_iterator(end));
  heads.erase(heads.begin(), end);
  root.header_blank = leading_blank(first);
}

/// Where the key stands in the table.
std::size_t rank(const std::vector<std::string>& names, const Entry& entry) {
  return static_cast<std::size_t>(
      std::distance(names.begin(), std::find(names.begin(), names.end(), entry.name)));
}

void sort(FormatNode& map, bool fixed_first) {
  const std::vector<std::string> names = key_names(map.place);
  const auto less = [&names](const Entry& a, const Entry& b) {
    return rank(names, a) < rank(names, b);
  };
  const auto known = [&names](const Entry& entry) { return rank(names, entry) < names.size(); };
  std::vector<Entry>& entries = map.entries;
  const auto first = std::min_element(entries.begin(), entries.end(), less);
  const bool moves = first != entries.begin();
  if (!std::all_of(entries.begin(), entries.end(), known) ||
      (moves && (fixed_first || has_ignore(entries.front())))) {
    return;
  }
  std::stable_sort(entries.begin(), entries.end(), less);
}

class Arranger {
 public:
  /// `ignored`: a comment for lint counts for the line in which the node begins.
  void visit(FormatNode& node, bool ignored) {
    if (node.kind == Kind::Fixed || node.kind == Kind::Empty) {
      return;
    }
    if ((node.kind == Kind::Map || node.kind == Kind::FlowMap) && !node.place.empty()) {
      sort(node, ignored);
    }
    for (Entry& entry : node.entries) {
      visit(entry, ignored && &entry == &node.entries.front());
    }
  }

 private:
  void visit(Entry& entry, bool ignored) {
    const bool flow = entry.value.kind == Kind::FlowMap || entry.value.kind == Kind::FlowList;
    ignored = ignored || has_ignore(entry);
    if (flow && entry.value.several_lines && ignored) {
      keep_as_it_is(entry);
    }
    const bool item = entry.key.empty();
    visit(entry.value, ignored && item && in_lines(entry.value));
  }
};

}  // namespace

void keep_as_it_is(Entry& entry) {
  FormatNode fixed;
  fixed.kind = Kind::Fixed;
  fixed.column = entry.value.column;
  fixed.lines = base::split(entry.value.written, '\n');
  if (entry.value.opened_inside) {
    entry.opening.clear();
  }
  entry.value = std::move(fixed);
}

void arrange(FormatNode& root) {
  split_header(root);
  Arranger().visit(root, false);
}

}  // namespace cfkops::runbook
