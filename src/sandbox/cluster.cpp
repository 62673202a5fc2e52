#include "cfkops/sandbox/cluster.hpp"

#include "broken_flight.hpp"
#include "fault_injector.hpp"
#include "flight.hpp"
#include "world.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/version.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Before the first request the controllers put in what a cluster has when people get at it.
constexpr Duration kSettling = std::chrono::seconds(2);
// So long before the first request a scenario's workloads are made.
constexpr Duration kGrowing = std::chrono::minutes(10);

void add_header(kube::Request& request, std::string_view name, std::string value) {
  const std::string lower = base::lower(name);
  const bool there = std::ranges::any_of(request.headers, [&lower](const kube::Header& header) {
    return base::lower(header.name) == lower;
  });
  if (!there) {
    request.headers.push_back({std::string(name), std::move(value)});
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

}  // namespace

class Cluster::Impl {
 public:
  Impl(std::uint64_t seed, WallTime start, Duration growing, Duration latency);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  /// Sends it on its way; `who` says who waits for the answer.
  template <class Who>
  kube::ExchangeId start(kube::Request request, Who&& who);

  void send(kube::ExchangeId socket, std::string_view bytes);
  void cancel(kube::ExchangeId id);
  void pump(MonoTime until);

  [[nodiscard]] World& world() { return world_; }

  [[nodiscard]] FaultInjector& faults() { return faults_; }

  void wake() noexcept { woken_ = true; }

 private:
  void reach(kube::ExchangeId id, const RequestFate& fate);
  void limit(kube::ExchangeId id, Duration timeout);
  void tell(kube::ExchangeId id, const Flight::Step& step);
  [[nodiscard]] std::shared_ptr<Flight> find(kube::ExchangeId id) const;

  Duration there_;  // of a request on its way
  Duration back_;   // of an answer
  World world_;
  FaultInjector faults_;
  std::map<kube::ExchangeId, std::shared_ptr<Flight>> flights_;
  kube::ExchangeId last_ = 0;
  std::uint64_t told_ = 0;
  std::atomic<bool> woken_ = false;
};

Cluster::Impl::Impl(std::uint64_t seed, WallTime start, Duration growing, Duration latency)
    : there_(latency / 2),
      back_(latency - latency / 2),
      world_(seed, start, growing),
      faults_(
          {.registry = world_.registry(),
           .kafka = world_.kafka(),
           .end_watches = [this](bool expired) { world_.api().watches().break_all(expired); }}) {}

template <class Who>
kube::ExchangeId Cluster::Impl::start(kube::Request request, Who&& who) {
  const kube::ExchangeId id = ++last_;
  add_header(request, "Accept", "application/json");
  add_header(request, "User-Agent", "cfkops/" + std::string(base::version()));
  const Duration timeout = request.timeout;
  const RequestFate fate = faults_.judge(request);
  const Duration back = back_ + fate.delay;
  const Flight::Road road = [this, id, back](Flight::Step step) {
    world_.timeline().run_after(back, [this, id, step = std::move(step)] { tell(id, step); });
  };
  auto flight = std::make_shared<Flight>(std::move(request), road_under(fate, road));
  flight->expect(std::forward<Who>(who));
  flights_.emplace(id, std::move(flight));
  world_.timeline().run_after(there_, [this, id, fate] { reach(id, fate); });
  if (timeout > Duration::zero()) {
    limit(id, timeout);
  }
  return id;
}

std::shared_ptr<Flight> Cluster::Impl::find(kube::ExchangeId id) const {
  const auto found = flights_.find(id);
  return found == flights_.end() ? nullptr : found->second;
}

void Cluster::Impl::reach(kube::ExchangeId id, const RequestFate& fate) {
  if (const auto flight = find(id)) {
    arrive(*flight, fate, world_.api(), world_.timeline());
  }
}

void Cluster::Impl::limit(kube::ExchangeId id, Duration timeout) {
  world_.timeline().run_after(timeout, [this, id, timeout] {
    tell(id, [timeout](Flight& flight) {
      flight.fail(make_error(ErrorCode::Timeout, "no answer in " + base::human_duration(timeout))
                      .in(flight.request().method + " " + flight.request().target));
    });
  });
}

void Cluster::Impl::tell(kube::ExchangeId id, const Flight::Step& step) {
  // Held here, since the client may cancel the exchange from within.
  const std::shared_ptr<Flight> flight = find(id);
  if (flight == nullptr) {
    return;
  }
  ++told_;
  step(*flight);
  if (flight->done()) {
    flight->leave(world_.api());
    flights_.erase(id);
  }
}

void Cluster::Impl::cancel(kube::ExchangeId id) {
  if (const auto flight = find(id)) {
    flight->leave(world_.api());
    flights_.erase(id);
  }
}

void Cluster::Impl::pump(MonoTime until) {
  const std::uint64_t before = told_;
  while (!woken_.exchange(false)) {
    // Else it would wait for ever for something that cannot come.
    CFKOPS_CHECK(until != MonoTime::max() || world_.timeline().next() != MonoTime::max());
    if (!world_.timeline().step(until) || told_ != before) {
      return;
    }
  }
}

Cluster::Cluster(const ClusterOptions& options)
    : Cluster(std::make_unique<Impl>(options.seed, options.start, kSettling, options.latency)) {
  impl_->world().begin_empty();
}

Cluster::Cluster(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

Result<std::unique_ptr<Cluster>> Cluster::begin(const Scenario& scenario, WallTime start) {
  const WallTime from = scenario.start == WallTime() ? start : scenario.start;
  auto impl = std::make_unique<Impl>(scenario.seed, from, kGrowing, scenario.latency);
  CFKOPS_TRY(impl->world().begin(scenario));
  impl->faults().add(scenario.faults);
  return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
}

Cluster::~Cluster() = default;

const Clock& Cluster::clock() const {
  return impl_->world().timeline();
}

kube::ExchangeId Cluster::submit(kube::Request request, Completion completion) {
  return impl_->start(std::move(request), std::move(completion));
}

kube::ExchangeId Cluster::stream(kube::Request request, kube::StreamSink& sink) {
  return impl_->start(std::move(request), sink);
}

kube::ExchangeId Cluster::open_socket(kube::Request request,
                                      std::vector<std::string> protocols,
                                      kube::SocketSink& sink) {
  add_header(request, "Connection", "Upgrade");
  add_header(request, "Upgrade", "websocket");
  add_header(request, "Sec-WebSocket-Version", "13");
  add_header(request, "Sec-WebSocket-Protocol", joined(protocols));
  return impl_->start(std::move(request), sink);
}

// Commands get no input.
void Cluster::send(kube::ExchangeId /*socket*/, std::string_view /*bytes*/) {}

void Cluster::cancel(kube::ExchangeId exchange) {
  impl_->cancel(exchange);
}

void Cluster::pump(MonoTime until) {
  impl_->pump(until);
}

void Cluster::wake() noexcept {
  impl_->wake();
}

std::string Cluster::server() const {
  return "https://sandbox:6443";
}

void Cluster::inject(const std::vector<Fault>& faults) {
  impl_->faults().add(faults);
}

const std::vector<Cluster::Happened>& Cluster::happened() const {
  return impl_->faults().happened();
}

void Cluster::end_faults() {
  impl_->faults().end();
}

void Cluster::on_answered(std::function<void(const AuditEvent&)> listener) {
  impl_->world().api().audit().listen(std::move(listener));
}

void Cluster::change_kafka(const KafkaChange& change) {
  for (const std::shared_ptr<KafkaModel>& model : impl_->world().kafka()) {
    if (change.catch_up_bytes_per_second) {
      model->set_catch_up(*change.catch_up_bytes_per_second);
    }
    if (change.disks_fail_at_start) {
      model->fill_disks(*change.disks_fail_at_start);
    }
  }
}

std::vector<KafkaReport> Cluster::kafka_reports() const {
  std::vector<KafkaReport> reports;
  for (const std::shared_ptr<KafkaModel>& model : impl_->world().kafka()) {
    reports.push_back(model->report());
  }
  return reports;
}

void Cluster::reset_kafka_reports() {
  for (const std::shared_ptr<KafkaModel>& model : impl_->world().kafka()) {
    model->reset_report();
  }
}

std::vector<std::string> Cluster::unready_pods() const {
  return impl_->world().unready_pods();
}

const std::vector<std::string>& Cluster::made_pods() const {
  return impl_->faults().made_pods();
}

void Cluster::share_memory() {
  impl_->world().registry().store().keep_forgotten();
}

MonoTime Cluster::advance(MonoTime until) {
  impl_->world().timeline().advance_to(until);
  return impl_->world().timeline().next();
}

}  // namespace cfkops::sandbox
