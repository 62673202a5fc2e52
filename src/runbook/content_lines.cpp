#include "content_lines.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::runbook {
namespace {

/// The logical lines, without names and values.
std::vector<ContentLine> unfold(std::string_view text, const std::string& file) {
  std::vector<ContentLine> lines;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    std::string_view physical = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (physical.ends_with('\r')) {
      physical.remove_suffix(1);
    }
    const bool folded = !lines.empty() && (physical.starts_with(' ') || physical.starts_with('\t'));
    if (folded) {
      physical.remove_prefix(1);
    } else if (physical.empty()) {
      continue;
    } else {
      lines.emplace_back();
      lines.back().file = file;
    }
    ContentLine& line = lines.back();
    line.pieces.push_back({line.text.size(), number, folded ? 2 : 1});
    line.text += physical;
  }
  return lines;
}

/// Takes one logical line apart.
class Cutter {
 public:
  explicit Cutter(ContentLine& line)
      : line_(line) {}

  Status cut() {
    line_.name = base::upper(word());
    if (line_.name.empty()) {
      return expected("a name");
    }
    while (here() == ';') {
      ++at_;
      CFKOPS_TRY(param());
    }
    if (here() != ':') {
      return expected("':' and a value");
    }
    line_.value_offset = ++at_;
    line_.value = line_.text.substr(at_);
    return {};
  }

 private:
  [[nodiscard]] char here() const { return at_ < line_.text.size() ? line_.text[at_] : '\0'; }

  std::string_view word() {
    const std::size_t begin = at_;
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    while (at_ < line_.text.size() && kLetters.find(line_.text[at_]) != std::string_view::npos) {
      ++at_;
    }
    return std::string_view(line_.text).substr(begin, at_ - begin);
  }

  Status param() {
    ContentLine::Param param;
    param.offset = at_;
    param.name = base::upper(word());
    if (param.name.empty() || here() != '=') {
      return expected("NAME=VALUE");
    }
    ++at_;
    bool quoted = false;
    for (; at_ < line_.text.size() && (quoted || (here() != ';' && here() != ':')); ++at_) {
      if (here() == '"') {
        quoted = !quoted;
      } else {
        param.value += here();
      }
    }
    if (quoted) {
      return expected("the closing '\"'");
    }
    line_.params.push_back(std::move(param));
    return {};
  }

  [[nodiscard]] Error expected(std::string_view what) const {
    return line_.error(at_,
                       fmt::format("this is no line of iCalendar: expected {}", what),
                       "lines are NAME;PARAM=VALUE:value; a long one goes on in the next after a "
                       "space");
  }

  ContentLine& line_;
  std::size_t at_ = 0;
};

}  // namespace

SourcePos ContentLine::at(std::size_t offset) const {
  const Piece* piece = &pieces.front();
  for (const Piece& one : pieces) {
    piece = one.offset <= offset ? &one : piece;
  }
  const std::string_view before =
      std::string_view(text).substr(piece->offset, offset - piece->offset);
  return {file, piece->line, piece->column + base::count_code_points(before)};
}

Error ContentLine::error(std::size_t offset, std::string message, std::string hint) const {
  Error error = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
  error.pos = at(offset);
  return error;
}

const ContentLine::Param* ContentLine::param(std::string_view wanted) const {
  for (const Param& one : params) {
    if (one.name == wanted) {
      return &one;
    }
  }
  return nullptr;
}

Result<std::vector<ContentLine>> read_content_lines(std::string_view text,
                                                    const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  std::vector<ContentLine> lines = unfold(text, file);
  for (ContentLine& line : lines) {
    CFKOPS_TRY(Cutter(line).cut());
  }
  return lines;
}

}  // namespace cfkops::runbook
