#include "sop.hpp"

#include "plain_text.hpp"

#include "cfkops/base/text.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace cfkops::authoring {
namespace {

enum class Part { Purpose, Prerequisites, Procedure, Validation, Rollback };

/// "Expected Outcome" of "**Expected Outcome:**".
std::string bare(std::string_view text) {
  std::string_view word = base::trim(text);
  while (!word.empty() && std::string_view(":.-* ").find(word.back()) != std::string_view::npos) {
    word.remove_suffix(1);
  }
  return base::lower(word);
}

std::optional<Part> part_of(std::string_view label) {
  static constexpr std::array<std::pair<std::string_view, Part>, 27> kParts = {{
      {"purpose", Part::Purpose},
      {"overview", Part::Purpose},
      {"description", Part::Purpose},
      {"note", Part::Purpose},
      {"notes", Part::Purpose},
      {"prerequisite", Part::Prerequisites},
      {"prerequisites", Part::Prerequisites},
      {"pre-requisites", Part::Prerequisites},
      {"preconditions", Part::Prerequisites},
      {"before you begin", Part::Prerequisites},
      {"procedure", Part::Procedure},
      {"procedures", Part::Procedure},
      {"steps", Part::Procedure},
      {"instructions", Part::Procedure},
      {"validation", Part::Validation},
      {"validate", Part::Validation},
      {"verification", Part::Validation},
      {"verify", Part::Validation},
      {"expected outcome", Part::Validation},
      {"expected result", Part::Validation},
      {"monitoring and validation", Part::Validation},
      {"post-checks", Part::Validation},
      {"rollback", Part::Rollback},
      {"roll back", Part::Rollback},
      {"rollback plan", Part::Rollback},
      {"backout", Part::Rollback},
      {"backout plan", Part::Rollback},
  }};
  const std::string word = bare(label);
  for (const auto& [name, part] : kParts) {
    if (name == word) {
      return part;
    }
  }
  return std::nullopt;
}

bool begins_way(const Block& block) {
  return block.kind != Block::Kind::Code && block.kind != Block::Kind::Text &&
         base::lower(block.text).starts_with("option ");
}

/// Splits "5.3 Drain a node {#drain}" into number and title.
void read_title(std::string_view heading, Section& section) {
  std::string_view text = base::trim(heading);
  if (const std::size_t mark = text.find("{#"); mark != std::string_view::npos) {
    text = base::trim(text.substr(0, mark));
  }
  for (const std::string_view word : {"SOP ", "SOP-", "Section "}) {
    text = text.starts_with(word) ? text.substr(word.size()) : text;
  }
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  if (end > 0 && text.front() != '.') {
    std::string_view number = text.substr(0, end);
    number = number.ends_with('.') ? number.substr(0, number.size() - 1) : number;
    section.number = number;
    text = text.substr(end);
    const std::size_t begin = text.find_first_not_of(" :.)-");
    text = begin == std::string_view::npos ? std::string_view() : text.substr(begin);
  }
  section.title = text.empty() ? "Procedure " + section.number : std::string(text);
}

/// Deals the blocks out to sections and their parts.
class Reader {
 public:
  void read(const Block& block);
  std::vector<Section> take();

 private:
  void read_heading(const Block& block);
  void add(const Block& block);
  void begin_way(const Block& block);
  void finish();

  std::vector<Section> sections_;
  Section section_;
  int level_ = 0;
  bool open_ = false;
  std::optional<Part> part_;
};

void Reader::finish() {
  bool has_procedure = false;
  for (const Way& way : section_.ways) {
    has_procedure = has_procedure || way.line > 0;
  }
  if (open_ && has_procedure) {
    sections_.push_back(std::move(section_));
  }
  section_ = {};
  open_ = false;
  part_.reset();
}

std::vector<Section> Reader::take() {
  finish();
  return std::move(sections_);
}

void Reader::read_heading(const Block& block) {
  const auto part = part_of(block.text);
  if (part && open_ && block.level > level_) {
    part_ = part;
    if (part == Part::Procedure) {
      section_.ways.back().line = block.line;
    }
    return;
  }
  if (open_ && block.level > level_ && part_ && begins_way(block)) {
    begin_way(block);
    return;
  }
  // A heading within the procedure or what follows it is one of its texts.
  if (open_ && block.level > level_ && part_ && section_.ways.front().line > 0) {
    Block label = block;
    label.kind = Block::Kind::Label;
    add(label);
    return;
  }
  finish();
  open_ = true;
  level_ = block.level;
  section_.line = block.line;
  section_.ways.emplace_back();
  read_title(block.text, section_);
}

void Reader::begin_way(const Block& block) {
  Way& last = section_.ways.back();
  if (last.title.empty() && last.procedure.empty()) {
    last.title = block.text;
    last.line = block.line;
  } else {
    section_.ways.push_back({.title = block.text, .line = block.line});
  }
  part_ = Part::Procedure;
}

void Reader::add(const Block& block) {
  Way& way = section_.ways.back();
  switch (part_.value_or(Part::Purpose)) {
    case Part::Purpose:
      if (part_ && block.kind != Block::Kind::Label) {
        section_.purpose += (section_.purpose.empty() ? "" : "\n\n") + block.text;
      }
      break;
    case Part::Prerequisites:
      section_.prerequisites.push_back(block);
      break;
    case Part::Procedure:
      way.procedure.push_back(block);
      break;
    case Part::Validation:
      way.validation.push_back(block);
      break;
    case Part::Rollback:
      way.rollback.push_back(block);
      break;
  }
}

void Reader::read(const Block& block) {
  if (block.kind == Block::Kind::Heading) {
    read_heading(block);
    return;
  }
  if (!open_) {
    return;
  }
  const auto part = block.kind == Block::Kind::Label ? part_of(block.text) : std::nullopt;
  if (part) {
    part_ = part;
    if (part == Part::Procedure && section_.ways.back().line == 0) {
      section_.ways.back().line = block.line;
    }
  } else if (begins_way(block)) {
    begin_way(block);
  } else {
    add(block);
  }
}

}  // namespace

std::vector<Section> find_sections(const std::vector<Block>& blocks) {
  Reader reader;
  for (const Block& block : blocks) {
    reader.read(block);
  }
  return reader.take();
}

}  // namespace cfkops::authoring
