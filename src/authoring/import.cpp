#include "cfkops/authoring/import.hpp"

#include "build.hpp"
#include "markdown.hpp"
#include "plain_text.hpp"
#include "sop.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr std::size_t kLongestName = 50;
constexpr std::size_t kMostSections = 500;
constexpr std::size_t kMostBlocks = 2000;

bool is_meant(const Section& section, const std::string& wanted) {
  return wanted.empty() || section.number == wanted ||
         base::lower(section.title).find(base::lower(wanted)) != std::string::npos;
}

std::string title_of(const Section& section) {
  return (section.number.empty() ? "" : section.number + ". ") + section.title;
}

Error none_meant(const std::vector<Section>& sections, const std::string& wanted) {
  std::vector<std::string> titles;
  titles.reserve(sections.size());
  for (const Section& section : sections) {
    titles.push_back("'" + title_of(section) + "'");
  }
  return make_error(
      ErrorCode::InvalidInput,
      "no section is called '" + base::printable(wanted) + "'",
      "take the number or a part of the title of one of " + base::enumerate(titles, 20));
}

/// What is more than a person reads is no written procedure.
Status check_size(const std::vector<Section>& sections, const std::string& file) {
  if (sections.size() > kMostSections) {
    return make_error(ErrorCode::InvalidInput,
                      file + " has more than " + std::to_string(kMostSections) + " procedures",
                      "import it in several parts");
  }
  for (const Section& section : sections) {
    std::size_t blocks = section.prerequisites.size();
    for (const Way& way : section.ways) {
      blocks += way.procedure.size() + way.validation.size() + way.rollback.size();
    }
    if (blocks > kMostBlocks) {
      Error error = make_error(ErrorCode::InvalidInput,
                               "this section has more than " + std::to_string(kMostBlocks) +
                                   " paragraphs: nobody follows it",
                               "make several sections of it");
      error.pos = SourcePos{file, section.line, 0};
      return error;
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Draft>> import_sop(std::string_view markdown,
                                      const ImportOptions& options,
                                      std::span<const runbook::ActionSpec> specs) {
  CFKOPS_ASSIGN(const std::string text, plain_text(markdown, options.file));
  const std::vector<Section> sections = find_sections(read_markdown(text));
  if (sections.empty()) {
    Error error =
        make_error(ErrorCode::InvalidInput,
                   "there is no section with a procedure",
                   "each needs a heading, and below it a line 'Procedure' that is bold or "
                   "a heading itself (docs/import.md)");
    error.pos = SourcePos{options.file, 0, 0};
    return error;
  }
  CFKOPS_TRY(check_size(sections, options.file));
  std::vector<Draft> drafts;
  std::set<std::string> names;
  for (const Section& section : sections) {
    const std::string wish = slug(section.title, '-', kLongestName, "procedure");
    std::string name = wish;
    for (int number = 2; !names.insert(name).second; ++number) {
      name = wish + "-" + std::to_string(number);
    }
    if (is_meant(section, options.section)) {
      drafts.push_back(build_draft(section, name, options, specs));
    }
  }
  if (drafts.empty()) {
    return none_meant(sections, options.section);
  }
  return drafts;
}

}  // namespace cfkops::authoring
