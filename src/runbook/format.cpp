#include "cfkops/runbook/format.hpp"

#include "ambiguous.hpp"
#include "form.hpp"
#include "format_order.hpp"
#include "format_reader.hpp"
#include "format_writer.hpp"
#include "load_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

using base::YamlNode;

/// Without a byte order mark, and with \n at the end of each line.
std::string with_unix_lines(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  std::string out;
  out.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\r' || at + 1 == text.size() || text[at + 1] != '\n') {
      out += text[at];
    }
  }
  if (!out.ends_with('\n')) {
    out += '\n';
  }
  return out;
}

/// Whether a plain scalar is text for every reader of YAML.
bool is_surely_text(const YamlNode& scalar) {
  return scalar.quoted ||
         (!ambiguity(scalar.scalar) && plain_value(scalar).as<std::string>() != nullptr);
}

/// The members by key.
std::vector<const YamlNode::Member*> members_of(const YamlNode& map) {
  std::vector<const YamlNode::Member*> members;
  members.reserve(map.members.size());
  for (const YamlNode::Member& member : map.members) {
    members.push_back(&member);
  }
  std::ranges::sort(members, {}, &YamlNode::Member::key);
  return members;
}

bool same(const YamlNode& one, const YamlNode& other) {
  if (one.kind != other.kind || one.items.size() != other.items.size() ||
      one.members.size() != other.members.size()) {
    return false;
  }
  if (one.is_scalar()) {
    return one.scalar == other.scalar &&
           (one.quoted == other.quoted || (is_surely_text(one) && is_surely_text(other)));
  }
  const auto members = members_of(one);
  const auto others = members_of(other);
  const auto equal = [](const YamlNode::Member* a, const YamlNode::Member* b) {
    return a->key == b->key && same(a->value, b->value);
  };
  return std::equal(one.items.begin(), one.items.end(), other.items.begin(), same) &&
         std::equal(members.begin(), members.end(), others.begin(), equal);
}

std::optional<YamlNode> tree_of(std::string_view text) {
  auto tree = base::parse_yaml(text, "", base::YamlDialect::Strict);
  return tree ? std::optional<YamlNode>(*std::move(tree)) : std::nullopt;
}

/// A file of another kind is not ours to change.
std::optional<Diagnostic> other_kind(const YamlNode& root) {
  const auto says = [&root](std::string_view key, std::string_view wanted) {
    const YamlNode* value = root.find(key);
    return value != nullptr && value->is_scalar() && value->scalar == wanted;
  };
  if (root.is_map() && says("apiVersion", "cfkops/v1") && says("kind", "Runbook")) {
    return std::nullopt;
  }
  return Diagnostic{std::string(kNoRunbook),
                    "this is no runbook",
                    "a runbook begins with apiVersion: cfkops/v1 and kind: Runbook",
                    root.pos};
}

Diagnostic defect(const YamlNode& root, std::string_view what) {
  return {std::string(kFormatDefect),
          fmt::format("a defect of cfkops: the file in the house form would {}", what),
          "it stays as it is; report it with this file",
          root.pos};
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

bool same_meaning(std::string_view one, std::string_view other) {
  const auto first = tree_of(one);
  const auto second = tree_of(other);
  return first && second && same(*first, *second);
}

tl::expected<std::string, std::vector<Diagnostic>> format_runbook(std::string_view text,
                                                                  const std::string& file) {
  const auto original = load_tree(text, file, SourceText(text));
  if (!original) {
    return tl::make_unexpected(original.error());
  }
  if (auto other = other_kind(*original)) {
    return tl::make_unexpected(std::vector<Diagnostic>{*std::move(other)});
  }
  const std::string unix_text = with_unix_lines(text);
  const SourceText source(unix_text);
  const auto root = tree_of(unix_text);
  // A line end that is added behind a text may be part of it.
  if (!root || !same(*original, *root)) {
    return std::string(text);
  }
  auto layout = read_format(*root, source);
  if (!layout) {
    return std::string(text);
  }
  const std::vector<std::string> comments = sorted(layout->comments);
  arrange(layout->root);
  std::string result = write_format(*std::move(layout));
  const auto after = tree_of(result);
  if (!after || !same(*original, *after)) {
    return tl::make_unexpected(std::vector<Diagnostic>{defect(*original, "mean something else")});
  }
  const auto again = read_format(*after, SourceText(result));
  if (!again || sorted(again->comments) != comments) {
    return tl::make_unexpected(std::vector<Diagnostic>{defect(*original, "lack a comment")});
  }
  return result;
}

}  // namespace cfkops::runbook
