#include "items.hpp"

#include "draft.hpp"
#include "plain_text.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr std::size_t kLongestTitle = 72;

/// Without what all lines are indented by, and without empty lines around it.
std::string dedented(const std::string& code) {
  std::vector<std::string> lines = base::split(code, '\n');
  std::size_t least = std::string::npos;
  for (const std::string& line : lines) {
    least = std::min(least, line.find_first_not_of(' '));
  }
  for (std::string& line : lines) {
    line = line.size() > least ? line.substr(least) : std::string(base::trim(line));
  }
  std::string text = base::join(lines, "\n");
  const std::size_t begin = std::min(text.find_first_not_of('\n'), text.size());
  const std::size_t end = text.find_last_not_of('\n');
  return end == std::string::npos ? std::string() : text.substr(begin, end + 1 - begin);
}

std::string indented(const std::string& text) {
  std::string out;
  for (const std::string& line : base::split(text, '\n')) {
    out += (out.empty() ? "  " : "\n  ") + line;
  }
  return out;
}

std::string readable(std::string_view text) {
  return mark_blanks(without_credentials(text));
}

/// "Restarting": no order.
bool is_gerund(std::string_view word) {
  const std::string lower = base::lower(word);
  return lower.size() > 4 && lower.ends_with("ing") && lower != "bring";
}

/// Gathers blocks into items.
class Splitter {
 public:
  void add(const Block& block);
  std::vector<Item> take();

 private:
  void add_code(const Block& block);
  void begin(const Block& block);
  void finish();

  std::vector<Item> items_;
  std::optional<Item> item_;
  int depth_ = 0;
  std::string label_;
};

void Splitter::finish() {
  if (item_ && (!item_->parts.empty())) {
    items_.push_back(*std::move(item_));
  }
  item_.reset();
}

std::vector<Item> Splitter::take() {
  finish();
  return std::move(items_);
}

void Splitter::begin(const Block& block) {
  finish();
  item_.emplace();
  item_->line = block.line;
  item_->label = std::exchange(label_, {});
  depth_ = block.depth;
}

void Splitter::add_code(const Block& block) {
  const std::vector<Command> commands = read_commands(block.text, block.line);
  for (const Command& command : commands) {
    item_->parts.push_back({.kind = ItemPart::Kind::Command, .text = {}, .command = command});
  }
  const std::string code = commands.empty() ? dedented(readable(block.text)) : "";
  if (!code.empty()) {
    item_->parts.push_back({.kind = ItemPart::Kind::Code, .text = code});
  }
}

void Splitter::add(const Block& block) {
  if (block.kind == Block::Kind::Label) {
    finish();
    label_ = readable(block.text);
    return;
  }
  const bool code = block.kind == Block::Kind::Code;
  const bool next = block.begins_item && item_ && block.depth <= depth_;
  const bool after_code =
      item_ && !code && !item_->parts.empty() && item_->parts.back().kind != ItemPart::Kind::Words;
  if (!item_ || next || after_code) {
    begin(block);
  }
  if (code) {
    add_code(block);
  } else if (block.text.find_first_not_of("0123456789.)*- \n") != std::string::npos) {
    item_->parts.push_back({.kind = ItemPart::Kind::Words, .text = readable(block.text)});
  }
}

}  // namespace

std::string Item::lead() const {
  std::string lead;
  for (const ItemPart& part : parts) {
    if (part.kind != ItemPart::Kind::Words) {
      break;
    }
    lead += (lead.empty() ? "" : "\n") + part.text;
  }
  return lead;
}

std::string Item::text() const {
  std::string text = label;
  for (const ItemPart& part : parts) {
    const std::string command = typed_by_hand(part.command.text);
    if (part.kind == ItemPart::Kind::Command &&
        text.find("`" + command + "`") != std::string::npos) {
      continue;
    }
    text += text.empty() ? "" : "\n";
    switch (part.kind) {
      case ItemPart::Kind::Words:
        text += part.text;
        break;
      case ItemPart::Kind::Code:
        text += indented(part.text);
        break;
      case ItemPart::Kind::Command:
        text += "$ " + command;
        break;
    }
  }
  return text;
}

std::vector<Item> split_items(const std::vector<Block>& blocks) {
  Splitter splitter;
  for (const Block& block : blocks) {
    splitter.add(block);
  }
  return splitter.take();
}

std::string title_of(const std::string& lead) {
  std::string text = Blanks::as_written(lead);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool sentence = (text[at] == '.' || text[at] == ':') &&
                          (at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n');
    if (text[at] == '\n' || (sentence && at > 8)) {
      text.resize(at);
      break;
    }
  }
  while (!text.empty() && std::string_view(" :.").find(text.back()) != std::string_view::npos) {
    text.pop_back();
  }
  std::erase(text, '`');
  std::erase(text, '*');
  text = one_line(text, kLongestTitle);
  return is_gerund(text.substr(0, text.find(' '))) ? one_line("Do this: " + text, kLongestTitle)
                                                   : text;
}

std::string typed_by_hand(const std::string& command) {
  return without_credentials(command);
}

}  // namespace cfkops::authoring
