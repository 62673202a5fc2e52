#include "cfkops/audit/join.hpp"

#include "cluster_event.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace cfkops::audit {
namespace {

using Verdict = JoinedMutation::Verdict;

constexpr std::string_view kAgent = "cfkops/";
constexpr int kFirstError = 400;
constexpr int kFirstServerError = 500;
constexpr int kTooManyRequests = 429;

JournalledMutation mutation_of(const LogLine& intent) {
  const Json& data = intent.data;
  return {.number = static_cast<std::uint64_t>(data.int_or("/intent", 0)),
          .step = intent.step,
          .time = intent.time,
          .verb = data.string_or("/verb", ""),
          .resource = data.string_or("/resource", ""),
          .subresource = data.string_or("/subresource", ""),
          .ns = data.string_or("/namespace", ""),
          .name = data.string_or("/name", ""),
          .status = 0,
          .error = {},
          .open = true,
          .unknown = true,
          .ids = {data.string_or("/auditId", "")}};
}

void add_effect(JournalledMutation& mutation, const Json& effect) {
  mutation.status = static_cast<int>(effect.int_or("/status", 0));
  mutation.error = effect.string_or("/error", "");
  mutation.open = false;
  mutation.unknown = effect.bool_or("/unknown", false);
  for (std::string& id : effect.strings("/auditIds")) {
    if (std::ranges::find(mutation.ids, id) == mutation.ids.end()) {
      mutation.ids.push_back(std::move(id));
    }
  }
}

/// "20261123-072501-3f9a" of "20261123-072501-3f9a/roll/1/12"; "" where it has not that form.
std::string run_of(const std::string& id) {
  constexpr std::string_view kForm = "dddddddd-dddddd-xxxx/";
  if (id.size() < kForm.size()) {
    return {};
  }
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = id[i] >= '0' && id[i] <= '9';
    const bool fits = kForm[i] == 'd'   ? digit
                      : kForm[i] == 'x' ? digit || (id[i] >= 'a' && id[i] <= 'f')
                                        : id[i] == kForm[i];
    if (!fits) {
      return {};
    }
  }
  return id.substr(0, kForm.size() - 1);
}

/// An Audit-ID without its last part, and that part.
struct SplitId {
  std::string scope;
  std::uint64_t sequence = 0;
};

SplitId split(const std::string& id) {
  const std::size_t slash = id.rfind('/');
  SplitId parts{id.substr(0, slash), 0};
  if (slash != std::string::npos) {
    std::from_chars(id.data() + slash + 1, id.data() + id.size(), parts.sequence);
  }
  return parts;
}

/// A repeat of the request with the Audit-ID `first`, sent in the same attempt of the step.
bool follows(const std::string& id, const std::string& first) {
  const SplitId one = split(id);
  const SplitId other = split(first);
  return one.scope == other.scope && one.sequence > other.sequence;
}

std::string codes_of(const std::vector<ClusterEvent>& events) {
  std::string text;
  for (const ClusterEvent& event : events) {
    text += (text.empty() ? "" : ", ") + (event.code == 0 ? "no code" : std::to_string(event.code));
  }
  return text;
}

bool any_success(const std::vector<ClusterEvent>& events) {
  return std::ranges::any_of(
      events, [](const ClusterEvent& event) { return event.code > 0 && event.code < kFirstError; });
}

/// The server itself does not say what came of it.
bool any_doubt(const std::vector<ClusterEvent>& events) {
  return std::ranges::any_of(events, [](const ClusterEvent& event) {
    return event.code == 0 || event.code >= kFirstServerError;
  });
}

/// An answer that what stands before an API server may give in its place.
bool may_come_from_in_between(int status) {
  return status == kTooManyRequests || status >= kFirstServerError;
}

bool is_fault(Verdict verdict) {
  return verdict == Verdict::Unresolved || verdict == Verdict::Missing ||
         verdict == Verdict::Differs;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Agrees:
      return "agrees";
    case Verdict::Applied:
      return "applied";
    case Verdict::NotApplied:
      return "not_applied";
    case Verdict::Unresolved:
      return "unresolved";
    case Verdict::Missing:
      return "missing";
    case Verdict::Differs:
      return "differs";
  }
  return "unresolved";
}

bool JoinReport::agrees() const {
  return strangers.empty() && std::ranges::none_of(mutations, [](const JoinedMutation& joined) {
           return is_fault(joined.verdict);
         });
}

Result<Join> Join::of(const std::vector<LogLine>& lines) {
  if (lines.empty() || lines.front().phase != to_string(Phase::Start)) {
    return make_error(ErrorCode::InvalidInput, "this is not the log of a run");
  }
  Join join;
  CFKOPS_ASSIGN(join.begin_, base::parse_rfc3339(lines.front().time));
  CFKOPS_ASSIGN(join.end_, base::parse_rfc3339(lines.back().time));
  for (const LogLine& line : lines) {
    if (const std::string user = line.data.string_or("/actor/user", ""); !user.empty()) {
      join.users_.push_back(user);
    }
    if (line.phase == to_string(Phase::Intent)) {
      join.mutations_.push_back(mutation_of(line));
    } else if (line.phase == to_string(Phase::Effect)) {
      const auto number = static_cast<std::uint64_t>(line.data.int_or("/intent", 0));
      const auto found = std::find_if(
          join.mutations_.rbegin(), join.mutations_.rend(), [&](const JournalledMutation& each) {
            return each.number == number;
          });
      if (found == join.mutations_.rend()) {
        return make_error(ErrorCode::InvalidInput,
                          "line " + std::to_string(line.sequence) + " is an effect of no intent");
      }
      add_effect(*found, line.data);
    }
  }
  join.run_id_ = lines.front().run;
  return join;
}

void Join::note_time(std::string_view line) {
  constexpr std::string_view kMember = R"("requestReceivedTimestamp":")";
  constexpr std::size_t kSize = 27;
  if (const std::size_t at = line.find(kMember); at != std::string_view::npos) {
    const std::string time(line.substr(at + kMember.size(), kSize));
    first_ = first_.empty() ? time : std::min(first_, time);
    last_ = std::max(last_, time);
  }
}

bool Join::concerns(const ClusterEvent& event) const {
  if (!is_change(event)) {
    return false;
  }
  const bool ours = std::ranges::find(users_, event.user) != users_.end() &&
                    event.agent.starts_with(kAgent) && event.time >= begin_ && event.time <= end_;
  return ours || event.id.starts_with(run_id_ + "/");
}

Status Join::take(std::string_view line) {
  if (line.empty()) {
    return {};
  }
  ++taken_;
  note_time(line);
  // Most lines of a cluster's log are somebody else's; they need not be parsed.
  if (taken_ > 1 && line.find(run_id_) == std::string_view::npos &&
      line.find(kAgent) == std::string_view::npos) {
    return {};
  }
  CFKOPS_ASSIGN(ReadEvent read, read_event(line));
  if (!concerns(read.event)) {
    return {};
  }
  std::vector<Request>& same = requests_[read.event.id];
  const bool further =
      !same.empty() && !same.back().complete && same.back().event.text() == read.event.text();
  if (further) {
    same.back() = {std::move(read.event), read.complete};
  } else {
    same.push_back({std::move(read.event), read.complete});
  }
  return {};
}

/// Both ends of the log lie on either side of that time.
bool Join::covers(const std::string& time) const {
  return !first_.empty() && first_ <= time && time <= last_;
}

JoinedMutation Join::without_outcome(JoinedMutation joined) const {
  const std::vector<ClusterEvent>& events = joined.events;
  if (any_success(events)) {
    joined.verdict = Verdict::Applied;
    joined.why = "the cluster says that it was applied (" + codes_of(events) + ")";
  } else if (any_doubt(events)) {
    joined.verdict = Verdict::Unresolved;
    joined.why = "the API server itself could not tell (" + codes_of(events) + ")";
  } else if (!events.empty()) {
    joined.verdict = Verdict::NotApplied;
    joined.why = "the cluster says that it was refused (" + codes_of(events) + ")";
  } else if (covers(joined.mutation.time)) {
    joined.verdict = Verdict::NotApplied;
    joined.why = "the request never reached the API server";
  } else {
    joined.verdict = Verdict::Unresolved;
    joined.why = "the cluster's log does not cover that time";
  }
  return joined;
}

JoinedMutation Join::judge(const JournalledMutation& mutation,
                           std::vector<ClusterEvent> events) const {
  JoinedMutation joined{
      .mutation = mutation, .verdict = Verdict::Agrees, .why = {}, .events = std::move(events)};
  if (mutation.unknown) {
    return without_outcome(std::move(joined));
  }
  const bool success = any_success(joined.events);
  const bool claimed = mutation.status > 0 && mutation.status < kFirstError;
  const std::string said =
      mutation.status == 0 ? "that nothing was sent" : std::to_string(mutation.status);
  if (joined.events.empty()) {
    if (mutation.status != 0 && !may_come_from_in_between(mutation.status)) {
      const bool covered = covers(mutation.time);
      joined.verdict = covered ? Verdict::Missing : Verdict::Unresolved;
      joined.why = "the journal says " + said +
                   (covered ? ", the cluster's log has no such request"
                            : ", the cluster's log does not cover that time");
    }
    return joined;
  }
  const bool same_code = std::ranges::any_of(
      joined.events, [&](const ClusterEvent& event) { return event.code == mutation.status; });
  const bool fits = claimed ? success : !success && (same_code || mutation.status == 0);
  if (!fits) {
    joined.verdict = Verdict::Differs;
    joined.why = "the journal says " + said + ", the cluster " + codes_of(joined.events);
  }
  return joined;
}

/// The request that carries it out, taken out of those; nothing where there is none.
std::optional<ClusterEvent> Join::take_one(std::vector<Request>& same,
                                           const JournalledMutation& mutation) {
  const auto found = std::ranges::find_if(
      same, [&](const Request& request) { return carries_out(request.event, mutation); });
  if (found == same.end()) {
    return {};
  }
  ClusterEvent event = std::move(found->event);
  same.erase(found);
  return event;
}

/// The requests of each mutation, taken out of `left`: each belongs to one alone.
std::vector<std::vector<ClusterEvent>> Join::gather(Requests& left) const {
  std::vector<std::vector<ClusterEvent>> events(mutations_.size());
  for (std::size_t i = 0; i < mutations_.size(); ++i) {
    for (const std::string& id : mutations_[i].ids) {
      if (auto event = take_one(left[id], mutations_[i])) {
        events[i].push_back(*std::move(event));
      }
    }
  }
  // Killed between two attempts, a run has no record of the second one's Audit-ID.
  for (std::size_t i = 0; i < mutations_.size(); ++i) {
    for (auto& [id, same] : left) {
      if (!mutations_[i].open || !follows(id, mutations_[i].ids.front())) {
        continue;
      }
      if (auto event = take_one(same, mutations_[i])) {
        events[i].push_back(*std::move(event));
      }
    }
  }
  return events;
}

JoinReport Join::report() const {
  Requests left = requests_;
  std::vector<std::vector<ClusterEvent>> events = gather(left);
  JoinReport report;
  report.run_id = run_id_;
  report.events = taken_;
  for (std::size_t i = 0; i < mutations_.size(); ++i) {
    report.mutations.push_back(judge(mutations_[i], std::move(events[i])));
  }
  for (const auto& [id, same] : left) {
    const std::string run = run_of(id);
    for (const Request& request : same) {
      if (run.empty() || run == run_id_) {
        report.strangers.push_back(request.event);
      } else {
        ++report.other_runs[run];
      }
    }
  }
  return report;
}

}  // namespace cfkops::audit
