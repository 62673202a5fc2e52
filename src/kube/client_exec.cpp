#include "exec_session.hpp"
#include "forwarded_port.hpp"
#include "query.hpp"
#include "status_body.hpp"
#include "write_request.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/client.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::kube {

namespace {

/// Output may still be under way when the Status is there.
constexpr Duration kCloseGrace = std::chrono::seconds(5);

constexpr int kSwitchingProtocols = 101;

/// The port-forward endpoint answers 406 to application/json alone.
Request socket_request(std::string target) {
  return {.target = std::move(target), .headers = {{"Accept", "application/json, */*"}}};
}

std::string exec_target(const std::string& ns,
                        const std::string& pod,
                        const std::string& container,
                        const std::vector<std::string>& argv,
                        bool with_input) {
  Query query;
  query.add_if("container", container);
  for (const std::string& argument : argv) {
    query.add("command", argument);
  }
  if (with_input) {
    query.add("stdin", "true");
  }
  query.add("stdout", "true").add("stderr", "true");
  return resources::pods().path(ns, pod, "exec") + query.text();
}

Mutation mutation_of(std::string verb,
                     std::string subresource,
                     const std::string& ns,
                     const std::string& pod,
                     nlohmann::json body) {
  return {.verb = std::move(verb),
          .resource = resources::pods(),
          .ns = ns,
          .name = pod,
          .subresource = std::move(subresource),
          .body = Json(std::move(body))};
}

/// The effect of a socket that failed.
MutationEffect failed_effect(const Error& error, bool opened) {
  MutationEffect effect{.http_status = opened ? kSwitchingProtocols : error.http_status};
  effect.error = error.text();
  return effect;
}

MutationEffect exec_effect(const Result<ExecOutcome>& outcome, const ExecSession& session) {
  if (!outcome) {
    MutationEffect effect = failed_effect(outcome.error(), session.opened());
    const bool answered = session.has_status() || outcome.error().http_status != 0;
    effect.unknown = !answered && (session.opened() || fate_of(outcome.error()) == Fate::Unknown);
    return effect;
  }
  MutationEffect effect{.http_status = kSwitchingProtocols};
  if (outcome->exit_code != 0) {
    effect.error = fmt::format("command terminated with exit code {}", outcome->exit_code);
  }
  return effect;
}

/// Why a command was not waited for to its end.
Error unfinished(const Result<bool>& waited, Duration timeout) {
  if (!waited) {
    return waited.error();
  }
  return make_error(ErrorCode::Timeout,
                    "the command did not end in " + base::human_duration(timeout),
                    "it may still be running in the container");
}

}  // namespace

Result<ExecOutcome> Client::exec(const std::string& ns,
                                 const std::string& pod,
                                 const std::string& container,
                                 const std::vector<std::string>& argv,
                                 const std::string& input,
                                 Duration timeout) {
  const std::string what = describe("run a command in", resources::pods(), ns, pod);
  if (argv.empty()) {
    return make_error(ErrorCode::InvalidInput, "no command was given").in(what);
  }
  Mutation mutation =
      mutation_of("exec",
                  "exec",
                  ns,
                  pod,
                  {{"container", container}, {"command", argv}, {"inputBytes", input.size()}});
  Status intended = intend(mutation);
  if (!intended) {
    return std::move(intended).error().in(what);
  }
  Request request = socket_request(exec_target(ns, pod, container, argv, !input.empty()));
  prepare(request, mutation.audit_id);
  Transport& transport = loop().transport();
  // A command on its way is worth waiting for when a person asks us to stop, like any write: what
  // it came to must be known.
  const Loop::SafeStretch stretch(loop());
  ExecSession session(transport, input);
  const ExchangeId socket = transport.open_socket(std::move(request), session.protocols(), session);
  session.set_socket(socket);
  const MonoTime deadline = loop().clock().now() + timeout;
  Result<bool> waited = loop().run_until([&session] { return session.over(); }, deadline);
  if (session.has_status()) {
    waited = loop().run_until([&session] { return session.closed(); },
                              loop().clock().now() + kCloseGrace);
  }
  if (!session.closed()) {
    transport.cancel(socket);
  }
  Result<ExecOutcome> outcome =
      session.over() ? session.result(what) : Error(unfinished(waited, timeout)).in(what);
  MutationEffect effect = exec_effect(outcome, session);
  effect.audit_ids = {mutation.audit_id};
  Status recorded = record(mutation, effect);
  if (!recorded) {
    return std::move(recorded).error().in("record that we did: " + what);
  }
  return outcome;
}

Result<std::unique_ptr<PodConnection>> Client::connect(const std::string& ns,
                                                       const std::string& pod,
                                                       int port) {
  const std::string what = fmt::format("connect to pod {}/{}, port {}", ns, pod, port);
  Mutation mutation = mutation_of("port-forward", "portforward", ns, pod, {{"port", port}});
  Status intended = intend(mutation);
  if (!intended) {
    return std::move(intended).error().in(what);
  }
  Request request = socket_request(resources::pods().path(ns, pod, "portforward") +
                                   Query().add("ports", std::to_string(port)).text());
  prepare(request, mutation.audit_id);
  auto connection = std::make_unique<ForwardedPort>(loop(), port, what);
  const Status opened = connection->open(std::move(request), options().request_timeout);
  MutationEffect effect = opened ? MutationEffect{.http_status = kSwitchingProtocols}
                                 : failed_effect(opened.error(), false);
  effect.audit_ids = {mutation.audit_id};
  Status recorded = record(mutation, effect);
  if (!recorded) {
    return std::move(recorded).error().in("record that we did: " + what);
  }
  if (!opened) {
    return opened.error();
  }
  return connection;
}

}  // namespace cfkops::kube
