#include "cfkops/sandbox/cluster.hpp"

#include "api/api_server.hpp"
#include "bootstrap.hpp"
#include "controllers/controller.hpp"
#include "flight.hpp"
#include "kind_table.hpp"
#include "random.hpp"
#include "registry.hpp"
#include "store.hpp"
#include "timeline.hpp"

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
  explicit Impl(const ClusterOptions& options);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  /// Sends it on its way; `who` says who waits for the answer.
  template <class Who>
  kube::ExchangeId start(kube::Request request, Who&& who);

  void cancel(kube::ExchangeId id);
  void pump(MonoTime until);

  [[nodiscard]] Timeline& timeline() { return timeline_; }

  void wake() noexcept { woken_ = true; }

 private:
  void make_controllers();
  void reach(kube::ExchangeId id);
  void limit(kube::ExchangeId id, Duration timeout);
  void tell(kube::ExchangeId id, const Flight::Step& step);
  [[nodiscard]] std::shared_ptr<Flight> find(kube::ExchangeId id) const;

  Duration there_;  // of a request on its way
  Duration back_;   // of an answer
  Timeline timeline_;
  Random random_;
  Store store_;
  KindTable kinds_;
  Registry registry_;
  std::map<kube::ExchangeId, std::shared_ptr<Flight>> flights_;
  ApiServer api_;
  std::vector<std::unique_ptr<Controller>> controllers_;
  kube::ExchangeId last_ = 0;
  std::uint64_t told_ = 0;
  std::atomic<bool> woken_ = false;
};

Cluster::Impl::Impl(const ClusterOptions& options)
    : there_(options.latency / 2),
      back_(options.latency - options.latency / 2),
      timeline_(options.start - kSettling),
      random_(options.seed),
      registry_(store_, kinds_, timeline_, random_),
      api_(registry_) {
  make_controllers();
  bootstrap(registry_);
  timeline_.advance_to(timeline_.now() + kSettling);
  // No client has seen anything older.
  store_.compact(store_.revision());
}

void Cluster::Impl::make_controllers() {
  controllers_.push_back(namespace_controller(registry_));
  controllers_.push_back(service_account_controller(registry_));
  controllers_.push_back(definition_controller(registry_, kinds_));
  controllers_.push_back(node_controller(registry_));
  controllers_.push_back(deployment_controller(registry_));
  controllers_.push_back(replica_set_controller(registry_));
  controllers_.push_back(stateful_set_controller(registry_));
  controllers_.push_back(daemon_set_controller(registry_));
  controllers_.push_back(job_controller(registry_));
  controllers_.push_back(disruption_controller(registry_));
  controllers_.push_back(endpoint_slice_controller(registry_));
  controllers_.push_back(volume_controller(registry_));
  controllers_.push_back(garbage_collector(registry_));
  controllers_.push_back(resource_quota_controller(registry_));
  controllers_.push_back(scheduler(registry_));
  controllers_.push_back(kubelets(registry_));
  for (const std::unique_ptr<Controller>& controller : controllers_) {
    store_.listen([&one = *controller](const Change& change) { one.on_change(change); });
  }
}

template <class Who>
kube::ExchangeId Cluster::Impl::start(kube::Request request, Who&& who) {
  const kube::ExchangeId id = ++last_;
  add_header(request, "Accept", "application/json");
  add_header(request, "User-Agent", "cfkops/" + std::string(base::version()));
  const Duration timeout = request.timeout;
  auto flight = std::make_shared<Flight>(std::move(request), [this, id](Flight::Step step) {
    timeline_.after(back_, [this, id, step = std::move(step)] { tell(id, step); });
  });
  flight->expect(std::forward<Who>(who));
  flights_.emplace(id, std::move(flight));
  timeline_.after(there_, [this, id] { reach(id); });
  if (timeout > Duration::zero()) {
    limit(id, timeout);
  }
  return id;
}

std::shared_ptr<Flight> Cluster::Impl::find(kube::ExchangeId id) const {
  const auto found = flights_.find(id);
  return found == flights_.end() ? nullptr : found->second;
}

void Cluster::Impl::reach(kube::ExchangeId id) {
  if (const auto flight = find(id)) {
    flight->reach(api_);
  }
}

void Cluster::Impl::limit(kube::ExchangeId id, Duration timeout) {
  timeline_.after(timeout, [this, id, timeout] {
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
    flight->leave(api_);
    flights_.erase(id);
  }
}

void Cluster::Impl::cancel(kube::ExchangeId id) {
  if (const auto flight = find(id)) {
    flight->leave(api_);
    flights_.erase(id);
  }
}

void Cluster::Impl::pump(MonoTime until) {
  const std::uint64_t before = told_;
  while (!woken_.exchange(false)) {
    // Else it would wait for ever for something that cannot come.
    CFKOPS_CHECK(until != MonoTime::max() || timeline_.next() != MonoTime::max());
    if (!timeline_.step(until) || told_ != before) {
      return;
    }
  }
}

Cluster::Cluster(const ClusterOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

Cluster::~Cluster() = default;

const Clock& Cluster::clock() const {
  return impl_->timeline();
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

// No socket is ever open: nothing in a simulated pod answers.
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

MonoTime Cluster::advance(MonoTime until) {
  impl_->timeline().advance_to(until);
  return impl_->timeline().next();
}

}  // namespace cfkops::sandbox
