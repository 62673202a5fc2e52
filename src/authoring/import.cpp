#include "cfkops/authoring/import.hpp"

#include "build.hpp"
#include "markdown.hpp"
#include "plain_text.hpp"
#include "sop.hpp"
#include "tidy.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr std::size_t kLongestName = 50;
constexpr std::size_t kMostSections = 500;
constexpr std::size_t kMostBlocks = 2000;

std::string title_of(const Section& section) {
  return (section.number.empty() ? "" : section.number + ". ") + section.title;
}

/// How well what was asked for names a section.
enum class Fit { None, Part, Whole };

Fit fit_of(const Section& section, const std::string& wanted) {
  const std::string word = base::lower(base::trim(wanted));
  const std::string title = base::lower(section.title);
  if (section.number == word || title == word || base::lower(title_of(section)) == word ||
      section.number + " " + title == word) {
    return Fit::Whole;
  }
  return title.find(word) == std::string::npos ? Fit::None : Fit::Part;
}

/// The sections that are asked for: those of that number or title, else those with it in their
/// title.
std::vector<bool> meant(const std::vector<Section>& sections, const std::string& wanted) {
  Fit best = Fit::Part;
  for (const Section& section : sections) {
    best = std::max(best, fit_of(section, wanted));
  }
  std::vector<bool> all;
  all.reserve(sections.size());
  for (const Section& section : sections) {
    all.push_back(wanted.empty() || fit_of(section, wanted) >= best);
  }
  return all;
}

Error none_meant(const std::vector<Section>& sections, const std::string& wanted) {
  std::vector<std::string> titles;
  std::vector<std::string> quoted;
  for (const Section& section : sections) {
    titles.push_back(base::lower(section.title));
    quoted.push_back("'" + title_of(section) + "'");
  }
  return make_error(
      ErrorCode::InvalidInput,
      "no section is called '" + base::printable(wanted) + "'" +
          base::did_you_mean(base::lower(wanted), titles),
      "take the number or a part of the title of one of " + base::enumerate(quoted, 20));
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
  const std::vector<bool> wanted = meant(sections, options.section);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Section& section = sections[i];
    const std::string wish = slug(section.title, '-', kLongestName, "procedure");
    std::string name = wish;
    for (int number = 2; !names.insert(name).second; ++number) {
      name = wish + "-" + std::to_string(number);
    }
    if (wanted[i]) {
      Draft draft = build_draft(section, name, options, specs);
      draft.text = tidied(std::move(draft.text), specs);
      drafts.push_back(std::move(draft));
    }
  }
  if (drafts.empty()) {
    return none_meant(sections, options.section);
  }
  return drafts;
}

}  // namespace cfkops::authoring
