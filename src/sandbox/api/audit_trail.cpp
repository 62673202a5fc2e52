#include "api/audit_trail.hpp"

#include "api/list_options.hpp"
#include "api/request_caller.hpp"
#include "api/request_info.hpp"
#include "api/route.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::string header_of(const kube::Request& request, std::string_view name) {
  const auto found = std::ranges::find_if(request.headers, [name](const kube::Header& header) {
    return base::lower(header.name) == name;
  });
  return found == request.headers.end() ? std::string() : found->value;
}

}  // namespace

/// Passes an answer on and sees when it is complete.
class AuditTrail::Followed final : public Responder {
 public:
  Followed(AuditTrail& trail, AuditEvent event, Responder& to)
      : trail_(trail),
        event_(std::move(event)),
        to_(to) {}

  [[nodiscard]] bool done() const { return done_; }

  void answer(kube::Response response) override {
    code_ = response.status;
    to_.answer(std::move(response));
    complete();
  }

  void head(kube::Response head) override {
    code_ = head.status;
    to_.head(std::move(head));
  }

  void data(std::string_view bytes) override { to_.data(bytes); }

  void end() override {
    to_.end();
    complete();
  }

  void break_off() override {
    to_.break_off();
    complete();
  }

  void complete() {
    if (!std::exchange(done_, true)) {
      trail_.tell(std::move(event_), code_);
    }
  }

 private:
  AuditTrail& trail_;
  AuditEvent event_;
  Responder& to_;
  int code_ = 0;
  bool done_ = false;
};

AuditTrail::AuditTrail(Registry& registry)
    : registry_(registry) {}

AuditTrail::~AuditTrail() = default;

Responder& AuditTrail::follow(Id id, const kube::Request& request, Responder& responder) {
  // Not at their end, when they are still being called.
  std::erase_if(followed_, [](const auto& each) { return each.second->done(); });
  auto made = std::make_unique<Followed>(*this, event_of(request), responder);
  return *followed_.emplace(id, std::move(made)).first->second;
}

void AuditTrail::cancel(Id id) {
  if (const auto found = followed_.find(id); found != followed_.end()) {
    found->second->complete();
  }
}

void AuditTrail::note(const kube::Request& request, int code) {
  if (is_on()) {
    tell(event_of(request), code);
  }
}

AuditEvent AuditTrail::event_of(const kube::Request& request) const {
  const auto [path, query] = split_target(request.target);
  RequestInfo info = read_path(base::url_decode(path));
  AuditEvent event;
  event.id = header_of(request, "audit-id");
  event.uri = request.target;
  event.verb = info.is_resource ? verb_of(request.method, info, asks_for_watch(Query(query)))
                                : base::lower(request.method);
  event.agent = header_of(request, "user-agent");
  event.is_resource = info.is_resource;
  event.group = std::move(info.group);
  event.version = std::move(info.version);
  event.resource = std::move(info.plural);
  event.subresource = std::move(info.subresource);
  event.ns = std::move(info.ns);
  event.name = std::move(info.name);
  event.received = registry_.timeline().wall();
  if (auto caller = caller_of(registry_, request)) {
    event.user = std::move(caller->user);
    event.groups = std::move(caller->groups);
  }
  return event;
}

void AuditTrail::tell(AuditEvent event, int code) {
  event.code = code;
  event.answered = registry_.timeline().wall();
  if (listener_) {
    listener_(event);
  }
}

}  // namespace cfkops::sandbox
