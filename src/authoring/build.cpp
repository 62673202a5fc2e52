#include "build.hpp"

#include "finish.hpp"
#include "items.hpp"
#include "plain_text.hpp"
#include "translate.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::authoring {
namespace {

constexpr std::size_t kLongestText = 4000;
constexpr std::size_t kLongestCommand = 140;
constexpr std::size_t kLongestTitle = 72;
constexpr std::string_view kCheckReplication = "kafka.replication";
constexpr std::string_view kCheckQuorum = "kafka.quorum";

std::string at_line(int line, std::string_view text) {
  return fmt::format("line {}: {}", line, one_line(Blanks::as_written(text), kLongestCommand));
}

bool says(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string::npos;
  });
}

/// The check that words ask for, or "".
std::string_view asked_check(const std::string& words) {
  const std::string text = base::lower(words);
  if (says(text, {"under-replicated", "under replicated", "in-sync replica"}) ||
      (says(text, {"broker"}) && says(text, {"running", "healthy", "in sync"}))) {
    return kCheckReplication;
  }
  return says(text, {"form quorum", "controller quorum"}) ? kCheckQuorum : std::string_view();
}

bool is_not_applicable(const std::string& text) {
  const std::string lower = base::lower(text);
  return lower.starts_with("not applicable") || lower.starts_with("n/a") || lower == "none" ||
         lower == "none.";
}

std::string capital(const std::string& text) {
  return text.empty() ? text : base::upper(text.substr(0, 1)) + text.substr(1);
}

/// Makes one runbook.
class Builder {
 public:
  Builder(const Section& section,
          const ImportOptions& options,
          std::span<const runbook::ActionSpec> specs)
      : section_(section),
        options_(options),
        translator_(specs, blanks_) {
    const std::string title = base::lower(section.title);
    around_.kafka = says(title, {"kafka", "broker", "kraft"});
  }

  Draft build(const std::string& name);

 private:
  std::vector<DraftStep> way(const Way& way);
  void add_prerequisites();
  void add_validation(const std::vector<Block>& blocks, std::vector<DraftStep>& steps);
  std::vector<DraftStep> take_back(const std::vector<Block>& blocks);
  void add_item(const Item& item, std::vector<DraftStep>& steps);
  void add_mixed(const Item& item,
                 const std::vector<Translation>& translations,
                 std::vector<DraftStep>& steps);
  void add_typed(const Item& item,
                 const Command& command,
                 const Translation& translation,
                 std::vector<DraftStep>& steps);
  void place_check(DraftCheck check, std::vector<DraftStep>& steps);
  DraftStep task_of(const std::string& title, const std::string& text, int line);
  void add_ways();
  void add_checks();

  const Section& section_;
  const ImportOptions& options_;
  Blanks blanks_;
  Translator translator_;
  Surroundings around_;
  DraftBook book_;
  std::vector<DraftCheck> looks_;  ///< checks that come before any change
  bool changed_ = false;
};

DraftStep Builder::task_of(const std::string& title, const std::string& text, int line) {
  std::string whole(cut(text, kLongestText));
  if (whole.size() < text.size()) {
    whole += fmt::format("\n... (more from line {} on)", line);
  }
  blanks_.note(whole, line);
  DraftStep step;
  step.title = title.empty() ? "Do what the procedure says" : title;
  step.action = "human.task";
  step.with = {{"text", DraftValue::of(std::move(whole))}};
  return step;
}

/// A check in the middle: after a change it is expected of the last step, before any change it is
/// asked first.
void Builder::place_check(DraftCheck check, std::vector<DraftStep>& steps) {
  add_once(changed_ && !steps.empty() ? steps.back().expect : looks_, std::move(check));
}

void Builder::add_typed(const Item& item,
                        const Command& command,
                        const Translation& translation,
                        std::vector<DraftStep>& steps) {
  std::vector<std::string> comments = {at_line(command.line, typed_by_hand(command.text))};
  comments.insert(comments.end(), translation.comments.begin(), translation.comments.end());
  if (translation.kind == Translation::Kind::Covered) {
    if (!steps.empty()) {
      auto& before = steps.back().comments;
      before.insert(before.end(), comments.begin(), comments.end());
    }
    return;
  }
  if (translation.kind == Translation::Kind::Check) {
    DraftCheck check = translation.check;
    check.comments = comments;
    place_check(std::move(check), steps);
    return;
  }
  const std::string lead = title_of(item.lead());
  const bool first = std::find_if(item.parts.begin(), item.parts.end(), [](const auto& part) {
                       return part.kind == ItemPart::Kind::Command;
                     })->command.text == command.text;
  for (std::size_t i = 0; i < translation.steps.size(); ++i) {
    DraftStep step = translation.steps[i];
    const std::string own = one_line(capital(Blanks::as_written(step.wish)), kLongestTitle);
    if (step.title.empty()) {
      step.title = first && !lead.empty() ? lead : own;
    }
    if (i == 0) {
      step.comments = comments;
    }
    changed_ = changed_ || step.changes;
    steps.push_back(std::move(step));
  }
}

void Builder::add_mixed(const Item& item,
                        const std::vector<Translation>& translations,
                        std::vector<DraftStep>& steps) {
  std::size_t number = 0;
  for (const ItemPart& part : item.parts) {
    if (part.kind == ItemPart::Kind::Words) {
      continue;
    }
    if (part.kind == ItemPart::Kind::Code) {
      steps.push_back(task_of(title_of(item.lead()), item.lead() + "\n" + part.text, item.line));
      continue;
    }
    const Translation& translation = translations[number++];
    if (translation.kind != Translation::Kind::Task) {
      add_typed(item, part.command, translation, steps);
      continue;
    }
    const std::string command =
        typed_by_hand(translation.instead.empty() ? part.command.text : translation.instead);
    DraftStep step = task_of(one_line("Run " + Blanks::as_written(command), kLongestTitle),
                             item.lead() + "\n$ " + command,
                             part.command.line);
    step.comments = {at_line(part.command.line, typed_by_hand(part.command.text))};
    step.comments.insert(
        step.comments.end(), translation.comments.begin(), translation.comments.end());
    step.changes = translation.changes;
    changed_ = changed_ || step.changes;
    steps.push_back(std::move(step));
  }
}

void Builder::add_item(const Item& item, std::vector<DraftStep>& steps) {
  std::vector<Translation> translations;
  for (const ItemPart& part : item.parts) {
    if (part.kind == ItemPart::Kind::Command) {
      translations.push_back(translator_.translate(part.command, around_));
      const std::vector<DraftStep>& made = translations.back().steps;
      around_.rolled =
          around_.rolled || std::any_of(made.begin(), made.end(), [](const auto& step) {
            return step.action == "kafka.roll";
          });
    }
  }
  const bool typed =
      std::any_of(translations.begin(), translations.end(), [](const Translation& translation) {
        return translation.kind != Translation::Kind::Task;
      });
  if (typed) {
    add_mixed(item, translations, steps);
    return;
  }
  const std::string lower = base::lower(item.lead());
  if (translations.empty() && around_.rolled && lower.starts_with("wait ") && !steps.empty()) {
    steps.back().comments.push_back(at_line(item.line, item.lead()));
    steps.back().comments.emplace_back("kafka.roll waits itself, before it takes the next one");
    return;
  }
  // All of it is for a person: one task, whatever it is made of.
  Item shown = item;
  DraftStep step;
  std::vector<std::string> comments = {
      at_line(item.line, item.lead().empty() ? item.text() : item.lead())};
  std::size_t number = 0;
  for (ItemPart& part : shown.parts) {
    if (part.kind != ItemPart::Kind::Command) {
      continue;
    }
    const Translation& translation = translations[number++];
    part.command.text = translation.instead.empty() ? part.command.text : translation.instead;
    comments.insert(comments.end(), translation.comments.begin(), translation.comments.end());
    step.changes = step.changes || translation.changes;
  }
  const std::string lead = title_of(item.lead().empty() ? item.label : item.lead());
  const std::string title =
      lead.empty() ? one_line("Do: " + Blanks::as_written(item.text()), kLongestTitle) : lead;
  const bool changes = step.changes || translations.empty();
  step = task_of(title, shown.text(), item.line);
  step.comments = std::move(comments);
  step.changes = changes;
  changed_ = changed_ || changes;
  steps.push_back(std::move(step));
}

void Builder::add_prerequisites() {
  std::string text;
  int line = 0;
  for (const Item& item : split_items(section_.prerequisites)) {
    const std::string words = item.text();
    if (base::lower(words).find("kubectl access") != std::string::npos) {
      book_.comments.push_back(at_line(item.line, words) + ": asked by the check permission");
      continue;
    }
    line = line == 0 ? item.line : line;
    text += (text.empty() ? "- " : "\n- ") + words;
  }
  if (!text.empty()) {
    DraftStep step = task_of("Confirm the prerequisites", text, line);
    step.comments = {at_line(line, "prerequisites that only a person can judge")};
    book_.steps.push_back(std::move(step));
  }
}

void Builder::add_validation(const std::vector<Block>& blocks, std::vector<DraftStep>& steps) {
  std::string text;
  int line = 0;
  for (const Item& item : split_items(blocks)) {
    const std::string_view wanted = asked_check(item.lead());
    if (!wanted.empty() && translator_.knows(wanted)) {
      DraftCheck check = translator_.kafka_check(std::string(wanted), title_of(item.lead()));
      check.comments = {at_line(item.line, item.lead())};
      add_once(book_.validation, std::move(check));
      continue;
    }
    bool left = !item.lead().empty();
    for (const ItemPart& part : item.parts) {
      if (part.kind != ItemPart::Kind::Command) {
        left = left || part.kind == ItemPart::Kind::Code;
        continue;
      }
      const Translation translation = translator_.translate(part.command, around_);
      if (translation.kind == Translation::Kind::Check) {
        DraftCheck check = translation.check;
        check.comments = {at_line(part.command.line, typed_by_hand(part.command.text))};
        add_once(book_.validation, std::move(check));
      } else if (translation.kind == Translation::Kind::Steps) {
        add_typed(item, part.command, translation, steps);
      }
      left = left || translation.kind == Translation::Kind::Task;
    }
    if (!left) {
      continue;
    }
    line = line == 0 ? item.line : line;
    text += (text.empty() ? "- " : "\n- ") + item.text();
  }
  if (!text.empty()) {
    DraftStep step = task_of("Confirm what only a person can see", text, line);
    step.comments = {at_line(line, "validation that only a person can judge")};
    steps.push_back(std::move(step));
  }
}

std::vector<DraftStep> Builder::take_back(const std::vector<Block>& blocks) {
  std::vector<DraftStep> steps;
  for (const Item& item : split_items(blocks)) {
    if (is_not_applicable(item.lead())) {
      book_.comments.push_back(at_line(item.line, "rollback: " + item.lead()));
      continue;
    }
    add_item(item, steps);
  }
  return steps;
}

std::vector<DraftStep> Builder::way(const Way& way) {
  std::vector<DraftStep> steps;
  around_.rolled = false;
  const std::size_t looks = looks_.size();
  for (const Item& item : split_items(way.procedure)) {
    add_item(item, steps);
  }
  const bool only_looks = steps.empty() && looks_.size() > looks;
  if (steps.empty() && !only_looks) {
    steps.push_back(task_of("Do what is missing here", mark_blanks("<procedure>"), way.line));
    steps.back().comments = {at_line(way.line, "the procedure has no steps")};
    steps.back().changes = true;
  }
  add_validation(way.validation, steps);
  return steps;
}

void Builder::add_ways() {
  std::vector<std::string> values;
  std::vector<std::string> meanings;
  for (const Way& one : section_.ways) {
    std::vector<DraftStep> steps = way(one);
    std::vector<DraftStep> back = take_back(one.rollback);
    if (one.title.empty() || section_.ways.size() == 1) {
      std::move(steps.begin(), steps.end(), std::back_inserter(book_.steps));
      std::move(back.begin(), back.end(), std::back_inserter(book_.rollback));
      continue;
    }
    std::string value = slug(one.title.substr(7), '_', 24, "way");
    value = value.substr(0, value.find('_'));
    while (std::find(values.begin(), values.end(), value) != values.end()) {
      value += "2";
    }
    values.push_back(value);
    meanings.push_back(value + ": " + title_of(one.title));
    const std::string when = "params.option == '" + value + "'";
    const auto group = [&](std::vector<DraftStep> inner, const std::string& prefix) {
      DraftStep step;
      step.wish = prefix + value;
      step.title = title_of(one.title);
      step.when = when;
      step.comments = {at_line(one.line, one.title)};
      step.steps = std::move(inner);
      return step;
    };
    if (!steps.empty()) {
      book_.steps.push_back(group(std::move(steps), "option "));
    }
    if (!back.empty()) {
      book_.rollback.push_back(group(std::move(back), "undo option "));
    }
  }
  if (!values.empty()) {
    book_.params.push_back({.name = "option",
                            .type = "enum",
                            .values = values,
                            .doc = "Which way to go. " + base::join(meanings, "; "),
                            .blank = "which of the ways"});
  }
}

void Builder::add_checks() {
  auto& first = changed_ ? book_.prerequisites : book_.validation;
  for (DraftCheck& check : looks_) {
    add_once(first, std::move(check));
  }
  complete(book_, translator_, blanks_);
}

Draft Builder::build(const std::string& name) {
  book_.name = name;
  book_.title = one_line(section_.title, kLongestTitle);
  book_.owner = options_.owner;
  const std::string purpose = without_credentials(section_.purpose);
  book_.purpose =
      base::trim(purpose).empty() ? book_.title : std::string(cut(purpose, kLongestText));
  book_.comments = {
      fmt::format("A draft that cfkops import made of {}, line {}: {} {}",
                  options_.file,
                  section_.line,
                  section_.number,
                  section_.title),
      "Nobody has run it. Fill in what is marked TODO(fill), read every step, then lint it.",
      "Lines are those of that file. What a person does is asked for, one task after the other."};
  add_prerequisites();
  add_ways();
  if (book_.steps.empty()) {
    book_.steps.push_back(task_of(
        "Note that the checks were made", "All that is to be done here are the checks.", 0));
  }
  add_checks();
  Draft draft;
  draft.name = name;
  draft.title = section_.title;
  draft.line = section_.line;
  count(book_, draft);
  draft.text = write_draft(book_, blanks_);
  return draft;
}

}  // namespace

Draft build_draft(const Section& section,
                  const std::string& name,
                  const ImportOptions& options,
                  std::span<const runbook::ActionSpec> specs) {
  return Builder(section, options, specs).build(name);
}

}  // namespace cfkops::authoring
