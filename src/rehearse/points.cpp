#include "points.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

namespace cfkops::rehearse {
namespace {

using namespace std::chrono_literals;
using sandbox::Fault;
using sandbox::FaultKind;

/// Reads of one step that faults are put at, where it changes something and where it does not.
constexpr std::size_t kReadsBesideChanges = 4;
constexpr std::size_t kReadsAlone = 3;
constexpr std::array<int, 3> kCodes = {500, 503, 429};

/// A place of the plain run: its request or write of that number, from 1.
using Places = std::vector<std::uint64_t>;

/// What one step offers.
struct StepPlaces {
  std::string step;
  Places changes;
  Places reads;
  Places pod_changes;  ///< those of the above that name a pod
  Places pod_reads;
  Places writes;
};

bool is_about_requests(FaultKind kind) {
  switch (kind) {
    case FaultKind::RequestRefused:
    case FaultKind::RequestLost:
    case FaultKind::AnswerLost:
    case FaultKind::RequestTimeout:
    case FaultKind::SlowServer:
    case FaultKind::ServerAway:
    case FaultKind::WatchLost:
    case FaultKind::WatchExpired:
      return true;
    default:
      return false;
  }
}

/// A run waits for it as long as it waits for anything, and ends alike wherever it happens: one of
/// them in each step tells all.
bool is_waited_for(FaultKind kind) {
  return kind == FaultKind::PodNeverReady || kind == FaultKind::BrokerNeverCatchesUp;
}

/// Nothing happens until its pod is made again.
bool lies_in_wait(FaultKind kind) {
  return kind == FaultKind::PodNeverReady || kind == FaultKind::ImagePullFails;
}

bool names_a_pod(const RequestTarget& target) {
  return (target.resource == "pods" || target.resource.starts_with("pods/")) &&
         !target.name.empty();
}

/// `count` of them, evenly: the middle one of each part.
Places spread(const Places& all, std::size_t count) {
  if (count >= all.size()) {
    return all;
  }
  Places some;
  for (std::size_t i = 0; i < count; ++i) {
    some.push_back(all[(2 * i + 1) * all.size() / (2 * count)]);
  }
  return some;
}

/// The steps in the order in which they were first entered.
std::vector<StepPlaces> steps_of(const Trace& plain) {
  std::vector<StepPlaces> steps;
  const auto step_named = [&steps](const std::string& name) -> StepPlaces& {
    const auto found = std::find_if(
        steps.begin(), steps.end(), [&name](const StepPlaces& one) { return one.step == name; });
    if (found != steps.end()) {
      return *found;
    }
    steps.push_back({.step = name,
                     .changes = {},
                     .reads = {},
                     .pod_changes = {},
                     .pod_reads = {},
                     .writes = {}});
    return steps.back();
  };
  for (std::size_t i = 0; i < plain.requests.size(); ++i) {
    StepPlaces& step = step_named(plain.requests[i].step);
    const bool change = plain.requests[i].mutation;
    (change ? step.changes : step.reads).push_back(i + 1);
    if (names_a_pod(plain.requests[i].target)) {
      (change ? step.pod_changes : step.pod_reads).push_back(i + 1);
    }
  }
  for (std::size_t i = 0; i < plain.writes.size(); ++i) {
    step_named(plain.writes[i]).writes.push_back(i + 1);
  }
  return steps;
}

/// These changes and so many of these reads beside them; without changes, of the reads alone.
Places both(const Places& changes, const Places& reads) {
  Places places = changes;
  const Places some = spread(reads, changes.empty() ? kReadsAlone : kReadsBesideChanges);
  places.insert(places.end(), some.begin(), some.end());
  std::sort(places.begin(), places.end());
  return places;
}

/// Where a fault of that kind can happen in that step.
Places places_for(FaultKind kind, const StepPlaces& step) {
  if (kind == FaultKind::Kill) {
    return step.writes;
  }
  if (is_about_requests(kind)) {
    return both(step.changes, step.reads);
  }
  if (kind == FaultKind::NodeLost) {
    return both(step.pod_changes, step.pod_reads);
  }
  // Other things hit where it hurts, where there is such a place: when a pod is on its way out.
  const Places& changes = hits_a_pod(kind) ? step.pod_changes : step.changes;
  const Places& reads = hits_a_pod(kind) ? step.pod_reads : step.reads;
  const Places places = changes.empty() ? spread(reads, kReadsAlone) : changes;
  return is_waited_for(kind) ? spread(places, 1) : places;
}

/// How many requests up to this place match.
std::uint64_t count_matches(const Trace& plain,
                            const sandbox::RequestMatch& match,
                            std::uint64_t place) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < place; ++i) {
    const SentRequest& request = plain.requests[i];
    const bool same = request.method == match.method &&
                      (match.resource.empty() || request.target.resource == match.resource) &&
                      (match.ns.empty() || request.target.ns == match.ns) &&
                      (match.name.empty() || request.target.name == match.name);
    count += same ? 1 : 0;
  }
  return count;
}

void set_extent(Fault& fault, std::uint64_t place) {
  switch (fault.kind) {
    case FaultKind::RequestRefused:
      fault.code = kCodes[place % std::size(kCodes)];
      break;
    case FaultKind::SlowServer:
      fault.lasting = 1min;
      fault.lasting_each = 3s;
      break;
    case FaultKind::ServerAway:
      fault.lasting = 30s;
      break;
    case FaultKind::NodeLost:
      fault.lasting = 3min;
      break;
    case FaultKind::ClockJump:
      fault.lasting = 1h;
      break;
    case FaultKind::BudgetCloses:
      fault.lasting = 1min;
      break;
    default:
      break;
  }
}

/// "kafka-1" of "kafka-1:7777" or "https:kafka-1:7777", as a proxy has it.
std::string pod_in(const std::string& name) {
  const std::vector<std::string> words = base::split(name, ':');
  return words.size() == 3 ? words[1] : words.front();
}

/// Lets the point's run part from the plain one only where its pod is about to be made again: what
/// lies between is the same in both.
void part_late(const Trace& plain, FaultPoint& point) {
  const RequestTarget& target = plain.requests[point.place - 1].target;
  if (!lies_in_wait(point.fault.kind) || !names_a_pod(target)) {
    return;
  }
  const std::string pod = pod_in(target.name);
  const auto made = std::find_if(plain.made.begin(), plain.made.end(), [&](const MadePod& one) {
    return one.requests >= point.place && one.pod == target.ns + "/" + pod;
  });
  point.parting = made == plain.made.end() ? plain.requests.size() : made->requests;
  point.waiting = point.fault;
  point.waiting->on = sandbox::RequestMatch();
  point.waiting->ns = target.ns;
  point.waiting->target = pod;
}

FaultPoint point_at(const Trace& plain,
                    FaultKind kind,
                    const std::string& step,
                    std::uint64_t place) {
  FaultPoint point{.fault = {.kind = kind}, .step = step, .place = place, .parting = {}};
  Fault& fault = point.fault;
  if (kind == FaultKind::Kill) {
    fault.nth = place;
    return point;
  }
  const SentRequest& request = plain.requests[place - 1];
  sandbox::RequestMatch match{.method = request.method, .resource = request.target.resource};
  if (request.mutation) {
    match.ns = request.target.ns;
    match.name = request.target.name;
  }
  fault.nth = count_matches(plain, match, place);
  fault.on = std::move(match);
  set_extent(fault, place);
  point.parting = place;
  part_late(plain, point);
  return point;
}

/// One kind of fault in one step.
struct Cell {
  std::size_t step = 0;
  FaultKind kind = FaultKind::Kill;
  Places places;
  std::size_t taken = 0;
};

/// All cells, in an order of which every beginning has kinds and steps as different as can be.
std::vector<Cell> cells_of(const std::vector<StepPlaces>& steps) {
  const auto kinds = sandbox::all_fault_kinds();
  std::vector<Cell> cells;
  for (std::size_t round = 0; round < steps.size(); ++round) {
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      const std::size_t s = (k + round) % steps.size();
      Cell cell{.step = s, .kind = kinds[k], .places = places_for(kinds[k], steps[s])};
      if (!cell.places.empty()) {
        cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

/// Deals `count` out over the cells in turn; a cell takes no more than it has.
void deal(std::vector<Cell>& cells, std::size_t count) {
  for (bool any = true; any && count > 0;) {
    any = false;
    for (Cell& cell : cells) {
      if (count == 0) {
        return;
      }
      if (cell.taken < cell.places.size()) {
        ++cell.taken;
        --count;
        any = true;
      }
    }
  }
}

}  // namespace

bool hits_a_pod(FaultKind kind) {
  switch (kind) {
    case FaultKind::NodeLost:
    case FaultKind::PodNeverReady:
    case FaultKind::ImagePullFails:
    case FaultKind::BrokerNeverCatchesUp:
    case FaultKind::DiskFull:
      return true;
    default:
      return false;
  }
}

std::vector<FaultPoint> choose_points(const Trace& plain, std::size_t count) {
  const std::vector<StepPlaces> steps = steps_of(plain);
  std::vector<Cell> cells = cells_of(steps);
  deal(cells, count);
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.step, a.kind) < std::tie(b.step, b.kind);
  });
  std::vector<FaultPoint> points;
  for (const Cell& cell : cells) {
    for (const std::uint64_t place : spread(cell.places, cell.taken)) {
      points.push_back(point_at(plain, cell.kind, steps[cell.step].step, place));
    }
  }
  return points;
}

}  // namespace cfkops::rehearse
