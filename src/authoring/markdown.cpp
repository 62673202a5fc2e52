#include "markdown.hpp"

#include "shell.hpp"

#include "cfkops/base/text.hpp"

#include <cmark.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace cfkops::authoring {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};

struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};

std::string literal(cmark_node* node) {
  const char* text = cmark_node_get_literal(node);
  return text == nullptr ? std::string() : std::string(text);
}

/// A line of a paragraph.
struct Line {
  std::string text;
  bool emphasised = false;  ///< some of it is
  bool plain = false;       ///< some of it, more than punctuation, is not
  std::string lead;         ///< what is emphasised at its beginning
  std::vector<std::string> commands;
};

bool is_punctuation(std::string_view text) {
  return text.find_first_not_of(" :.") == std::string_view::npos;
}

/// The bytes of "2. " at the beginning of a line: a list that does not begin with 1 cannot begin
/// within a paragraph, so that it is one of its lines.
std::size_t numbered(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const bool item = digits > 0 && digits < 4 && text.substr(digits).starts_with(". ");
  return item ? digits + 2 : 0;
}

/// Reads one file; blocks come in the order of the file.
class Walk {
 public:
  std::vector<Block> blocks(cmark_node* root);

 private:
  void enter(cmark_node* node);
  void leave(cmark_node* node);
  void enter_inline(cmark_node* node);
  void add_inline(const std::string& text);
  void add_code_span(std::string text);
  void end_line();
  void take_label(Line& line, int number, std::string& text, int& line_of_text);
  void end_paragraph();
  void end_heading(cmark_node* node);
  void push(Block block);
  void push_text(std::string& text, int& line);

  std::vector<Block> blocks_;
  std::vector<Line> lines_;
  Line line_;
  int begin_ = 0;
  int depth_ = 0;
  int emphasis_ = 0;
  bool item_ = false;
};

std::vector<Block> Walk::blocks(cmark_node* root) {
  const std::unique_ptr<cmark_iter, FreeIterator> iterator(cmark_iter_new(root));
  for (cmark_event_type event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator.get())) {
    cmark_node* node = cmark_iter_get_node(iterator.get());
    event == CMARK_EVENT_ENTER ? enter(node) : leave(node);
  }
  return std::move(blocks_);
}

void Walk::push(Block block) {
  block.depth = depth_;
  block.begins_item = std::exchange(item_, false);
  blocks_.push_back(std::move(block));
}

void Walk::enter(cmark_node* node) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_LIST:
      ++depth_;
      break;
    case CMARK_NODE_ITEM:
      item_ = true;
      // An item without words still is one.
      if (cmark_node_first_child(node) == nullptr) {
        push({.kind = Block::Kind::Text, .text = "", .line = cmark_node_get_start_line(node)});
      }
      break;
    case CMARK_NODE_CODE_BLOCK: {
      const bool fenced = cmark_node_get_fence_info(node) != nullptr;
      push({.kind = Block::Kind::Code,
            .text = literal(node),
            .line = cmark_node_get_start_line(node) + (fenced ? 1 : 0)});
      break;
    }
    case CMARK_NODE_HTML_BLOCK:
      if (!base::trim(literal(node)).starts_with("<!--")) {
        push({.kind = Block::Kind::Text,
              .text = std::string(base::trim(literal(node))),
              .line = cmark_node_get_start_line(node)});
      }
      break;
    case CMARK_NODE_PARAGRAPH:
    case CMARK_NODE_HEADING:
      lines_.clear();
      line_ = {};
      begin_ = cmark_node_get_start_line(node);
      break;
    default:
      enter_inline(node);
  }
}

void Walk::enter_inline(cmark_node* node) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_HTML_INLINE:
      add_inline(literal(node));
      break;
    case CMARK_NODE_CODE:
      add_code_span(literal(node));
      break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
      end_line();
      break;
    case CMARK_NODE_EMPH:
    case CMARK_NODE_STRONG:
      ++emphasis_;
      break;
    default:
      break;
  }
}

void Walk::leave(cmark_node* node) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_LIST:
      --depth_;
      break;
    case CMARK_NODE_ITEM:
      item_ = false;
      break;
    case CMARK_NODE_EMPH:
    case CMARK_NODE_STRONG:
      --emphasis_;
      break;
    case CMARK_NODE_PARAGRAPH:
      end_line();
      end_paragraph();
      break;
    case CMARK_NODE_HEADING:
      end_line();
      end_heading(node);
      break;
    default:
      break;
  }
}

void Walk::add_inline(const std::string& text) {
  if (emphasis_ > 0) {
    line_.emphasised = true;
    line_.lead += line_.plain ? "" : text;
  } else if (!is_punctuation(text)) {
    line_.plain = true;
  }
  line_.text += text;
}

void Walk::add_code_span(std::string text) {
  // "```bash\n…```" within a line is a code span that begins with the language.
  for (const std::string_view shell : {"bash ", "sh ", "shell "}) {
    if (text.starts_with(shell)) {
      text.erase(0, shell.size());
    }
  }
  text = base::trim(text);
  line_.plain = true;
  line_.text += "`" + text + "`";
  if (is_command(text)) {
    line_.commands.push_back(text);
  }
}

void Walk::end_line() {
  line_.text = base::trim(line_.text);
  lines_.push_back(std::exchange(line_, {}));
}

void Walk::push_text(std::string& text, int& line) {
  if (!text.empty()) {
    push({.kind = Block::Kind::Text, .text = std::exchange(text, {}), .line = line});
  }
}

/// "**Purpose:**" alone, or "**Purpose:** To confirm …".
void Walk::take_label(Line& line, int number, std::string& text, int& line_of_text) {
  const std::string lead(base::trim(line.lead));
  const bool label = line.emphasised && !line.plain;
  const bool labelled =
      line.emphasised && line.plain && lead.ends_with(':') && line.text.starts_with(lead);
  if (label || labelled) {
    push_text(text, line_of_text);
    push({.kind = Block::Kind::Label, .text = label ? line.text : lead, .line = number});
    line.text = label ? "" : std::string(base::trim(line.text.substr(lead.size())));
  }
}

void Walk::end_paragraph() {
  std::string text;
  int line_of_text = 0;
  int number = begin_;
  for (Line& line : lines_) {
    take_label(line, number, text, line_of_text);
    if (const std::size_t number_end = numbered(line.text); number_end > 0 && number > begin_) {
      push_text(text, line_of_text);
      item_ = true;
      line.text.erase(0, number_end);
    }
    if (has_prompt(line.text) || (line.commands.empty() && is_command(line.text))) {
      push_text(text, line_of_text);
      push({.kind = Block::Kind::Code, .text = line.text, .line = number});
    } else if (!line.text.empty()) {
      line_of_text = text.empty() ? number : line_of_text;
      text += (text.empty() ? "" : "\n") + line.text;
    }
    for (const std::string& command : line.commands) {
      push_text(text, line_of_text);
      push({.kind = Block::Kind::Code, .text = command, .line = number});
    }
    ++number;
  }
  push_text(text, line_of_text);
}

void Walk::end_heading(cmark_node* node) {
  std::string text;
  for (const Line& line : lines_) {
    text += (text.empty() ? "" : " ") + line.text;
  }
  push({.kind = Block::Kind::Heading,
        .text = std::move(text),
        .line = begin_,
        .level = cmark_node_get_heading_level(node)});
}

}  // namespace

std::vector<Block> read_markdown(const std::string& text) {
  const std::unique_ptr<cmark_node, FreeNode> root(
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_DEFAULT));
  return Walk().blocks(root.get());
}

}  // namespace cfkops::authoring
