#include "live_lines.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::cli {
namespace {

constexpr std::size_t kNarrowest = 10;
constexpr std::size_t kLeastLeft = 8;  ///< a name is worth more than the time beside it
constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kYellow = "33";

struct Glyph {
  LiveStage stage;
  std::string_view drawn;  ///< one column in every terminal
  std::string_view ascii;
  std::string_view colour;
};

constexpr std::array<Glyph, 6> kGlyphs = {{{LiveStage::Pending, ".", ".", kDim},
                                           {LiveStage::Done, "\u2713", "+", "32"},
                                           {LiveStage::Skipped, "-", "-", kDim},
                                           {LiveStage::Failed, "\u2717", "x", "31"},
                                           {LiveStage::Unknown, "?", "?", kYellow},
                                           {LiveStage::Undone, "<", "<", kYellow}}};
constexpr std::array<std::string_view, 8> kTurning = {
    "\u28be", "\u28bd", "\u28bb", "\u28bf", "\u287f", "\u28df", "\u28ef", "\u28f7"};
constexpr std::array<std::string_view, 4> kTurningAscii = {"|", "/", "-", "\\"};

/// In a locale of one byte a character some of those bytes would be control characters.
std::string ascii(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    const base::CodePoint point = base::decode_utf8(text, i);
    plain += point.value < 0x80 ? static_cast<char>(point.value) : '?';
    i += point.size;
  }
  return plain;
}

}  // namespace

std::size_t LiveLines::room() const {
  return std::max(kNarrowest, static_cast<std::size_t>(std::max(look_.screen.columns, 1)) - 1);
}

std::string LiveLines::clean(const std::string& text) const {
  std::string shown = base::printable(concealed_.in(text));
  return look_.unicode ? shown : ascii(shown);
}

std::string LiveLines::coloured(std::string_view code, const std::string& text) const {
  return look_.colours && !text.empty()
             ? std::string("\033[").append(code).append("m").append(text).append("\033[0m")
             : text;
}

std::string LiveLines::glyph(LiveStage stage) const {
  const auto found = std::ranges::find(kGlyphs, stage, &Glyph::stage);
  if (found != kGlyphs.end()) {
    return coloured(found->colour, std::string(look_.unicode ? found->drawn : found->ascii));
  }
  const std::string_view turning = look_.unicode
                                       ? kTurning.at(look_.frame % kTurning.size())
                                       : kTurningAscii.at(look_.frame % kTurningAscii.size());
  return coloured(stage == LiveStage::Undoing ? kYellow : "36", std::string(turning));
}

LiveLine LiveLines::heading(const std::vector<std::string>& texts) const {
  const auto fits = std::ranges::find_if(
      texts, [this](const std::string& text) { return base::display_width(text) <= room(); });
  const std::string text = fits == texts.end() ? base::fitted(texts.back(), room()) : *fits;
  return {.text = coloured(kBold, text), .columns = base::display_width(text)};
}

LiveLine LiveLines::row(std::size_t indent,
                        LiveStage stage,
                        const std::string& left,
                        const std::string& right) const {
  const std::size_t begin = indent + 2;  // a glyph and a space
  const std::size_t rest = room() - std::min(room(), begin);
  const std::size_t beside = base::display_width(right);
  const bool both = beside > 0 && rest >= beside + 1 + kLeastLeft;
  const std::string cut = base::fitted(left, both ? rest - beside - 1 : rest);
  LiveLine line{.text = std::string(indent, ' ') + glyph(stage) + " ",
                .columns = begin + (both ? rest : base::display_width(cut))};
  line.text += both ? base::padded(cut, rest - beside) + coloured(kDim, right) : cut;
  return line;
}

std::vector<LiveLine> LiveLines::paragraph(std::size_t indent,
                                           const std::string& text,
                                           std::size_t most) const {
  const std::size_t rest = room() - std::min(room() - 1, indent);
  std::vector<std::string> lines;
  for (const std::string& word : base::split(text, ' ')) {
    const bool fits =
        !lines.empty() && base::display_width(lines.back()) + 1 + base::display_width(word) <= rest;
    if (fits || (lines.size() == most && !lines.empty())) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  std::vector<LiveLine> made;
  for (const std::string& line : lines) {
    const std::string cut = base::fitted(line, rest);
    made.push_back({.text = std::string(indent, ' ') + coloured(kYellow, cut),
                    .columns = indent + base::display_width(cut)});
  }
  return made;
}

LiveLine LiveLines::more(std::size_t indent, std::size_t count, std::string_view noun) const {
  const std::string text =
      base::fitted(std::string(indent, ' ') + "  ... " + std::to_string(count) + " more " +
                       std::string(noun) + (count == 1 ? "" : "s"),
                   room());
  return {.text = coloured(kDim, text), .columns = base::display_width(text)};
}

}  // namespace cfkops::cli
