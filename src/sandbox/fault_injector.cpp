#include "fault_injector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

using std::chrono::seconds;

// A client that sets no limit finds out so late that nobody answers, through its kernel.
constexpr Duration kSilence = seconds(75);

}  // namespace

bool hits_requests(FaultKind kind) {
  return kind == FaultKind::RequestRefused || kind == FaultKind::RequestLost ||
         kind == FaultKind::AnswerLost || kind == FaultKind::RequestTimeout;
}

FaultInjector::FaultInjector(FaultSites sites)
    : sites_(std::move(sites)),
      self_(std::make_shared<FaultInjector*>(this)) {
  sites_.registry.store().listen(
      [self = std::weak_ptr<FaultInjector*>(self_)](const Change& change) {
        if (const auto held = self.lock()) {
          (*held)->on_change(change);
        }
      });
}

MonoTime FaultInjector::now() const {
  return sites_.registry.timeline().now();
}

MonoTime FaultInjector::end_of(const Fault& fault) const {
  return fault.lasting == Duration::zero() ? MonoTime::max() : now() + fault.lasting;
}

void FaultInjector::begin() {
  if (!start_) {
    start_ = now();
  }
}

void FaultInjector::later(Duration delay, std::function<void(FaultInjector&)> what) {
  sites_.registry.timeline().after(
      delay, [self = std::weak_ptr<FaultInjector*>(self_), what = std::move(what)] {
        if (const auto held = self.lock()) {
          what(**held);
        }
      });
}

void FaultInjector::note(const Fault& fault, std::string what) {
  happened_.push_back({fault, now() - start_.value_or(now()), std::move(what)});
}

void FaultInjector::add(const std::vector<Fault>& faults) {
  begin();
  for (const Fault& fault : faults) {
    add_one(fault);
  }
}

void FaultInjector::add_one(const Fault& fault) {
  // We are killed by whoever runs us.
  if (fault.kind == FaultKind::Kill) {
    return;
  }
  const Duration delay = fault.at.value_or(Duration::zero());
  if (fault.on || hits_requests(fault.kind)) {
    armed_.push_back({fault, now() + delay, 0});
  } else {
    later(delay, [fault](FaultInjector& self) { self.happen(fault, nullptr); });
  }
}

void FaultInjector::end() {
  armed_.clear();
  doomed_.clear();
  slow_.clear();
  away_until_.reset();
  for (const std::shared_ptr<KafkaModel>& model : sites_.kafka) {
    model->fill_disks(false);
    for (const auto& [id, node] : model->nodes()) {
      model->never_catch_up(node.pod, false);
    }
  }
}

bool FaultInjector::is_away() const {
  return away_until_ && now() < *away_until_;
}

RequestFate FaultInjector::judge(const kube::Request& request) {
  begin();
  RequestFate fate;
  // What is not sent is not counted.
  if (is_away()) {
    fate.what = RequestFate::What::Unreachable;
    return fate;
  }
  if (armed_.empty()) {
    fate.delay = slowness();
    return fate;
  }
  const FaultRequest asked = read_request(request);
  const std::optional<Fault> fault = count(asked);
  if (is_away()) {
    fate.what = RequestFate::What::Unreachable;
    return fate;
  }
  if (fault) {
    fate = fate_of(*fault, request, asked);
  }
  fate.delay += slowness();
  return fate;
}

/// The first fault that hits this request; what hits the world happens at once.
std::optional<Fault> FaultInjector::count(const FaultRequest& asked) {
  std::optional<Fault> first;
  std::vector<Fault> of_world;
  for (Armed& armed : armed_) {
    const Fault& fault = armed.fault;
    if (now() < armed.from || !matches(fault.on.value_or(RequestMatch()), asked) ||
        ++armed.seen < fault.nth) {
      continue;
    }
    if (!hits_requests(fault.kind)) {
      of_world.push_back(fault);
    } else if (!first) {
      first = fault;
    }
  }
  std::erase_if(armed_, [](const Armed& armed) {
    const std::uint64_t times = static_cast<std::uint64_t>(std::max(armed.fault.times, 1));
    return armed.seen >= armed.fault.nth && armed.seen - armed.fault.nth + 1 >= times;
  });
  for (const Fault& fault : of_world) {
    happen(fault, &asked);
  }
  return first;
}

RequestFate FaultInjector::fate_of(const Fault& fault,
                                   const kube::Request& request,
                                   const FaultRequest& asked) {
  RequestFate fate;
  switch (fault.kind) {
    case FaultKind::RequestRefused:
      fate.what = RequestFate::What::Refuse;
      fate.answer = refused_answer(fault.code, asked);
      note(fault, fmt::format("{} refused with {}", asked.text(), fault.code));
      break;
    case FaultKind::RequestLost:
      fate.what = RequestFate::What::LoseRequest;
      note(fault, asked.text() + " lost before it took effect");
      break;
    case FaultKind::AnswerLost:
      fate.what = RequestFate::What::LoseAnswer;
      note(fault, "answer to " + asked.text() + " lost");
      break;
    case FaultKind::RequestTimeout:
      fate.what = RequestFate::What::NoAnswer;
      fate.delay = request.timeout > Duration::zero() ? Duration::zero() : kSilence;
      note(fault, asked.text() + " not answered; it takes effect after the client has given up");
      break;
    default:
      break;
  }
  return fate;
}

Duration FaultInjector::slowness() {
  std::erase_if(slow_, [this](const Slowness& one) { return one.until <= now(); });
  Duration sum = {};
  for (const Slowness& one : slow_) {
    sum += one.each;
  }
  return sum;
}

}  // namespace cfkops::sandbox
