#include "cfkops/health/catalogue.hpp"

#include "checks.hpp"
#include "parts.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::health {

namespace {

// In the order of Severity.
constexpr std::array<std::string_view, 4> kSeverities = {"info", "warning", "fail", "critical"};

struct Group {
  char letter;
  std::string_view name;
  std::string_view anchor;
};

constexpr std::array<Group, 9> kGroups = {{
    {'N', "Nodes", "nodes"},
    {'K', "Control plane", "control-plane"},
    {'P', "Pods and workloads", "pods-and-workloads"},
    {'S', "Storage", "storage"},
    {'B', "Budgets, quotas, services, events", "budgets-quotas-services-events"},
    {'T', "Certificates and secrets", "certificates-and-secrets"},
    {'C', "Confluent's operator", "confluents-operator"},
    {'A', "Kafka", "kafka"},
    {'E', "Ecosystem", "ecosystem"},
}};

const Group* find_group(std::string_view id) {
  const auto* const found = std::find_if(kGroups.begin(), kGroups.end(), [&](const Group& one) {
    return !id.empty() && one.letter == id.front();
  });
  return found == kGroups.end() ? nullptr : found;
}

std::size_t rank(std::string_view id) {
  const Group* group = find_group(id);
  return group == nullptr ? kGroups.size() : static_cast<std::size_t>(group - kGroups.data());
}

/// Why a part is not known, or "" where it is.
std::string doubt(Part part, const Source& source) {
  if (source.state == Source::State::Read || source.state == Source::State::NotServed) {
    return {};
  }
  return fmt::format("{}: {}", to_string(part), source.error ? source.error->text() : "not read");
}

/// What stands in objects is anybody's text, and no finding has more than a line of it.
void make_printable(Finding& finding) {
  for (std::string* const text :
       {&finding.object, &finding.message, &finding.field, &finding.value}) {
    *text = base::printable(*text);
  }
}

bool has_nothing_to_judge(const Check& check, const Snapshot& snapshot) {
  const Source& nodes = snapshot.source(Part::Nodes);
  const bool no_nodes = nodes.state == Source::State::Read && nodes.seen == 0;
  return (!snapshot.ns.empty() && check.all_namespaces) || (check.id.starts_with('N') && no_nodes);
}

Answer judge(const Check& check, const Snapshot& snapshot) {
  Answer answer;
  answer.check = &check;
  if (has_nothing_to_judge(check, snapshot)) {
    answer.verdict = Verdict::None;
    return answer;
  }
  for (std::size_t i = 0; i < kParts; ++i) {
    const Part part = static_cast<Part>(i);
    if (!check.reads.has(part)) {
      continue;
    }
    const Source& source = snapshot.source(part);
    if (std::string why = doubt(part, source); !why.empty()) {
      answer.unknown.push_back(std::move(why));
    } else {
      answer.age = std::max(answer.age, snapshot.now - source.at);
    }
  }
  // What is not known is not taken for "none there": that would find what is not so.
  Judgement judgement = answer.unknown.empty() ? check.judge(snapshot) : Judgement();
  answer.found = std::move(judgement.found);
  std::for_each(answer.found.begin(), answer.found.end(), make_printable);
  answer.unknown.insert(answer.unknown.end(), judgement.unknown.begin(), judgement.unknown.end());
  for (std::string& why : answer.unknown) {
    why = base::printable(why);
  }
  if (!answer.unknown.empty()) {
    answer.verdict = Verdict::Unknown;
  } else if (!answer.found.empty()) {
    answer.verdict = Verdict::Found;
  } else {
    answer.verdict = judgement.nothing_there ? Verdict::None : Verdict::Pass;
  }
  return answer;
}

}  // namespace

std::string_view to_string(Severity severity) {
  return kSeverities[static_cast<std::size_t>(severity)];
}

std::optional<Severity> severity_named(std::string_view word) {
  const auto* const found = std::find(kSeverities.begin(), kSeverities.end(), word);
  return found == kSeverities.end()
             ? std::nullopt
             : std::optional(static_cast<Severity>(found - kSeverities.begin()));
}

std::string_view to_string(Profile profile) {
  return profile == Profile::Sop ? "sop" : "full";
}

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kWords = {"pass", "found", "unknown", "none", "known"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::string Check::link() const {
  const Group* group = find_group(id);
  return fmt::format("docs/health.md#{}", group == nullptr ? "" : group->anchor);
}

std::string_view group_of(std::string_view id) {
  const Group* group = find_group(id);
  return group == nullptr ? "" : group->name;
}

std::span<const Check> catalogue() {
  static const std::vector<Check> kAll = [] {
    std::vector<Check> all;
    for (const auto part : {node_checks(),
                            control_plane_checks(),
                            pod_checks(),
                            workload_checks(),
                            storage_checks(),
                            disk_checks(),
                            limit_checks(),
                            budget_checks(),
                            certificate_checks(),
                            secret_checks(),
                            cfk_checks(),
                            cfk_version_checks(),
                            kafka_checks(),
                            quorum_checks(),
                            topic_checks(),
                            ecosystem_checks()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    std::stable_sort(all.begin(), all.end(), [](const Check& a, const Check& b) {
      return std::pair(rank(a.id), a.id) < std::pair(rank(b.id), b.id);
    });
    return all;
  }();
  return kAll;
}

bool is_asked(const Check& check, const Selection& selection) {
  const bool named = std::ranges::any_of(selection.only, [&check](const std::string& name) {
    return name == check.id || name == check.id.substr(0, 1);
  });
  return (selection.profile == Profile::Full || check.sop) &&
         (selection.disks || !check.reads.has(Part::Kubelets)) && (selection.only.empty() || named);
}

std::vector<Answer> judge_all(const Snapshot& snapshot, const Selection& selection) {
  std::vector<Answer> answers;
  for (const Check& check : catalogue()) {
    if (is_asked(check, selection)) {
      answers.push_back(judge(check, snapshot));
    }
  }
  return answers;
}

}  // namespace cfkops::health
