// How the steps that include runbooks become groups, once a runbook is loaded:
//
//  1. The text is found, and linted as it would be by itself, with all that it includes. What keeps
//     it from being run is one finding about the word in `include`.
//  2. A way that comes back to a file on it is refused, and so is one that is too long.
//  3. The group is given copies of the steps, with the names that they have here (rename.hpp).
#include "link.hpp"

#include "form.hpp"
#include "rename.hpp"
#include "rules/facts.hpp"
#include "span.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

std::string normal(const std::string& file) {
  return std::filesystem::path(file).lexically_normal().string();
}

/// The first expression that means something else in an including runbook.
std::optional<Expression> that_takes_all(const Runbook& runbook) {
  std::optional<Expression> found;
  const auto look = [&found](const Expression& expression) {
    if (!found && expression.takes_all_steps()) {
      found = expression;
    }
  };
  for (const auto* checks : {&runbook.prerequisites, &runbook.validation}) {
    for (const CheckEntry& entry : *checks) {
      rules::each_expression(entry, look);
    }
  }
  for (const Guard& guard : runbook.guards) {
    rules::each_expression(guard.check, look);
  }
  for (const auto* steps : {&runbook.steps, &runbook.rollback}) {
    for (const Step& step : *steps) {
      rules::each_expression(step, look);
    }
  }
  return found;
}

/// How much a runbook includes.
struct Amount {
  std::size_t count = 0;
  std::size_t bytes = 0;
};

Amount amount_of(const Runbook& runbook) {
  Amount amount;
  each_include(runbook, [&amount](const Step& step) {
    ++amount.count;
    amount.bytes += step.included->runbook.source.size();
  });
  return amount;
}

class Linker {
 public:
  Linker(Runbook& runbook, const Knowledge& knowledge, IncludePath& path)
      : runbook_(runbook),
        knowledge_(knowledge),
        path_(path) {}

  std::vector<Diagnostic> link() {
    link(runbook_.steps);
    link(runbook_.rollback);
    if (has_includes(runbook_)) {
      find_equal_ids();
      runbook_.sha256 = sha256_of_all();
    }
    return std::move(findings_);
  }

 private:
  void link(std::vector<Step>& steps) {
    for (Step& step : steps) {
      if (!step.include.empty()) {
        link(step);
      }
      // What a group has by now was linked where it was included.
      if (step.included == nullptr) {
        link(step.steps);
      }
      link(step.rollback);
    }
  }

  void link(Step& step) {
    const auto text = find(step);
    if (!text || !may_be_entered(step, text->file)) {
      return;
    }
    const LintReport& report = linted(*text);
    if (!is_fit(step, report)) {
      return;
    }
    const Runbook& inner = *report.runbook;
    const Amount more = amount_of(inner);
    total_.count += more.count + 1;
    total_.bytes += more.bytes + inner.source.size();
    if (total_.count > kMostIncludes || total_.bytes > kMostIncludedBytes) {
      report_at(step,
                fmt::format("with '{}' the runbook includes more than {}",
                            step.include,
                            total_.count > kMostIncludes
                                ? fmt::format("{} others", kMostIncludes)
                                : fmt::format("{} KiB", kMostIncludedBytes >> 10U)),
                "make several runbooks of it, and run one after the other");
      return;
    }
    auto included = std::make_shared<Included>();
    included->word = step.include;
    included->from = runbook_.file;
    included->binding = binding_of(step.id);
    included->runbook = included_by(inner, step.id);
    step.steps = included_by(inner.steps, step.id);
    step.included = std::move(included);
  }

  std::optional<IncludedText> find(const Step& step) {
    if (!knowledge_.include) {
      report_at(step,
                fmt::format("'{}' cannot be looked for here", step.include),
                "use a runbook that includes no other");
      return std::nullopt;
    }
    auto text = knowledge_.include(step.include, runbook_.file);
    if (!text) {
      report_at(step,
                fmt::format("'{}' cannot be included: {}", step.include, text.error().text()),
                is_include_path(step.include)
                    ? "a path is looked up from the folder of the runbook that includes it"
                    : text.error().hint);
      return std::nullopt;
    }
    return *std::move(text);
  }

  /// The way does not come back to where it was, and is not too long.
  bool may_be_entered(const Step& step, const std::string& file) {
    const std::vector<IncludePath::Stop>& stops = path_.stops;
    const auto again = std::find_if(stops.begin(), stops.end(), [&](const IncludePath::Stop& stop) {
      return normal(stop.file) == normal(file);
    });
    if (again != stops.end()) {
      std::string chain;
      for (auto stop = again; stop != stops.end(); ++stop) {
        chain += stop->name + " → ";
      }
      report_at(step,
                fmt::format("it would include itself: {}{}", chain, again->name),
                "take what both need into a runbook of its own");
      return false;
    }
    if (stops.size() > kMostIncludeDepth) {
      report_at(
          step,
          fmt::format("'{}' is more than {} runbooks inside", step.include, kMostIncludeDepth),
          "include it from a runbook further out");
      return false;
    }
    return true;
  }

  const LintReport& linted(const IncludedText& text) {
    const auto known = path_.known.find(text.file);
    if (known != path_.known.end()) {
      return known->second;
    }
    LintReport report = lint_on(text.text, text.file, knowledge_, Profile::Basic, path_);
    return path_.known.insert_or_assign(text.file, std::move(report)).first->second;
  }

  /// It could be run by itself, and means the same here.
  bool is_fit(const Step& step, const LintReport& report) {
    const auto first =
        std::find_if(report.findings.begin(), report.findings.end(), [](const Diagnostic& finding) {
          return finding.severity == Severity::Error;
        });
    if (first != report.findings.end() || !report.runbook) {
      report_at(step,
                first == report.findings.end()
                    ? fmt::format("'{}' cannot be included", step.include)
                    : fmt::format("'{}' cannot be included: {}: {} [{}]",
                                  step.include,
                                  first->pos.text(),
                                  first->message,
                                  first->code),
                first == report.findings.end()
                    ? std::string()
                    : fmt::format("see all of it with: cfkops lint {}", first->pos.file));
      return false;
    }
    if (const auto all = that_takes_all(*report.runbook)) {
      report_at(step,
                fmt::format("'{}' cannot be included: {}: `{}` takes all steps or checks at once",
                            step.include,
                            all->pos().text(),
                            all->source()),
                "name the steps in it one by one: an included runbook sees its own only");
      return false;
    }
    return true;
  }

  /// Where ids put together are equal.
  void find_equal_ids() {
    for (const CheckEntry& entry : runbook_.prerequisites) {
      checks_.emplace(entry.id, nullptr);
    }
    note_ids(runbook_.steps, nullptr);
    note_ids(runbook_.rollback, nullptr);
  }

  /// `by` is the step of this runbook that includes them, or nullptr.
  void note_ids(const std::vector<Step>& steps, const Step* by) {
    for (const Step& step : steps) {
      note_id(steps_, step.id, by, "step");
      const Step* below = by == nullptr && step.included != nullptr ? &step : by;
      note_ids(step.steps, below);
      note_ids(step.rollback, below);
      if (step.included != nullptr) {
        for (const CheckEntry& entry : step.included->runbook.prerequisites) {
          note_id(checks_, entry.id, below, "check");
        }
        note_ids(step.included->runbook.rollback, below);
      }
    }
  }

  using Ids = std::map<std::string, const Step*, std::less<>>;

  void note_id(Ids& ids, const std::string& id, const Step* by, std::string_view what) {
    const auto [first, fresh] = ids.emplace(id, by);
    const Step* blamed = by == nullptr ? first->second : by;
    if (fresh || blamed == nullptr) {
      return;
    }
    findings_.push_back({.code = std::string(kBadId),
                         .message = fmt::format("'{}' of step '{}' has a {} that would be called "
                                                "'{}' here, and there is one already",
                                                blamed->include,
                                                blamed->id,
                                                what,
                                                id),
                         .remedy = "give the step another id",
                         .pos = blamed->pos,
                         .length = count_characters(blamed->id)});
  }

  /// Of the text and of all that it includes, in order.
  [[nodiscard]] std::string sha256_of_all() const {
    std::string text = runbook_.sha256 + "\n";
    for (const IncludedCopy& copy : copies_of(runbook_)) {
      text += copy.word + " " + copy.sha256 + "\n";
    }
    return base::sha256_hex(text);
  }

  void report_at(const Step& step, std::string message, std::string remedy) {
    if (findings_.size() < kMostFindings) {
      findings_.push_back({.code = std::string(kInclude),
                           .message = std::move(message),
                           .remedy = std::move(remedy),
                           .pos = step.action_pos,
                           .length = std::max(count_characters(step.include), 1)});
    }
  }

  Runbook& runbook_;
  const Knowledge& knowledge_;
  IncludePath& path_;
  Amount total_;
  Ids steps_;
  Ids checks_;
  std::vector<Diagnostic> findings_;
};

}  // namespace

std::vector<Diagnostic> link_includes(Runbook& runbook,
                                      const Knowledge& knowledge,
                                      IncludePath& path) {
  path.stops.push_back({runbook.name, runbook.file});
  std::vector<Diagnostic> findings = Linker(runbook, knowledge, path).link();
  path.stops.pop_back();
  return findings;
}

}  // namespace cfkops::runbook
