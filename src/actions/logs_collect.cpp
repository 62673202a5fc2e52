#include "irreversible.hpp"
#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/logs/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

namespace cfkops::actions {

namespace {

using logs::Complete;
using runbook::Type;

constexpr std::size_t kMostMissing = 50;

std::vector<runbook::ArgumentSpec> arguments_of_it() {
  const Type text = Type::of(Type::Kind::String);
  const Type yes_no = Type::of(Type::Kind::Bool);
  return {{.name = "to",
           .type = text,
           .required = true,
           .help = "the archive to write, .tar.zst or .tar.gz"},
          {.name = "namespace", .type = text, .help = "of these pods; the run's when left out"},
          {.name = "names",
           .type = Type::list_of(text),
           .help = "pods, or workloads as kind/name; all of the namespace when left out"},
          {.name = "selector", .type = text, .help = "labels of the pods"},
          {.name = "node", .type = text, .help = "the node of the pods"},
          {.name = "since",
           .type = Type::of(Type::Kind::Duration),
           .help = "lines of the last so long; all when left out"},
          {.name = "previous",
           .type = yes_no,
           .fallback = runbook::Value(true),
           .help = "also what ran before a container's current run"},
          {.name = "context",
           .type = yes_no,
           .fallback = runbook::Value(true),
           .help = "also events, objects and the state of Kafka"}};
}

runbook::ActionSpec make_spec() {
  const Type number = Type::of(Type::Kind::Int);
  runbook::ActionSpec spec{.name = "logs.collect",
                           .summary = "collects logs of pods, without secrets, into one archive"};
  spec.arguments = arguments_of_it();
  spec.outputs = {{"archive", Type::of(Type::Kind::String), "the archive's path"},
                  {"sha256", Type::of(Type::Kind::String), "of the archive"},
                  {"bytes", number, "of the logs, before compression"},
                  {"logs", number, "how many there are"},
                  {"complete", number, "of these, have all lines that were asked for"},
                  {"missing",
                   Type::list_of(Type::of(Type::Kind::String)),
                   "what is incomplete or unknown, and why"},
                  {"redacted", number, "how many secrets were taken out"}};
  spec.effect = runbook::Effect::Read;
  spec.timeout = std::chrono::minutes(30);
  spec.permissions = {{"list", "pods"}, {"get", "pods/log"}};
  for (const std::string& resource : logs::listed_beside()) {
    spec.permissions.push_back({.verb = "list", .resource = resource, .only = "context"});
  }
  for (const char* resource : {"statefulsets.apps", "pods/proxy", "nodes"}) {
    spec.permissions.push_back({.verb = "get", .resource = resource, .only = "context"});
  }
  spec.example =
      "- id: collect\n"
      "  do: logs.collect\n"
      "  with: {to: logs.tar.zst, since: 2h}\n";
  return spec;
}

logs::CollectRequest request_of(const engine::Context& context,
                                const engine::Arguments& arguments) {
  logs::CollectRequest request;
  const std::string ns = optional_text(arguments, "namespace");
  request.selection = {.namespaces = {ns.empty() ? context.ns : ns},
                       .label_selector = optional_text(arguments, "selector"),
                       .node = optional_text(arguments, "node"),
                       .names = arguments.find("names") == nullptr ? std::vector<std::string>()
                                                                   : arguments.strings("names"),
                       .previous = arguments.boolean("previous")};
  if (arguments.find("since") != nullptr) {
    request.since = arguments.duration("since");
  }
  request.context = arguments.boolean("context");
  request.name = arguments.string("to");
  return request;
}

Status may_write(const std::string& archive) {
  std::error_code error;
  return std::filesystem::exists(archive, error)
             ? make_error(ErrorCode::AlreadyExists,
                          "'" + archive + "' is there already",
                          "choose another name for the archive, or move it away")
             : Status();
}

engine::Outcome outcome_of(const logs::Collection& collection, const std::string& archive) {
  std::vector<runbook::Value> missing;
  for (const logs::CollectedLog& log : collection.logs) {
    if (log.coverage.complete != Complete::Yes && missing.size() < kMostMissing) {
      missing.emplace_back(log.log.text() + ": " + log.coverage.why);
    }
  }
  std::uint64_t redacted = 0;
  for (const auto& [kind, count] : collection.redacted()) {
    redacted += count;
  }
  const auto number = [](std::uint64_t value) {
    return runbook::Value(static_cast<std::int64_t>(value));
  };
  return engine::Outcome::done({{"archive", archive},
                                {"sha256", collection.sha256},
                                {"bytes", number(collection.bytes)},
                                {"logs", number(collection.logs.size())},
                                {"complete", number(collection.count(Complete::Yes))},
                                {"missing", std::move(missing)},
                                {"redacted", number(redacted)}});
}

class LogsCollect final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    const logs::CollectRequest request = request_of(context, arguments);
    if (!reader.simulated()) {
      CFKOPS_TRY(may_write(request.name));
    }
    CFKOPS_ASSIGN(const auto logs, logs::find_logs(reader, request));
    engine::StepPlan plan;
    plan.notes = {fmt::format("reads {} of namespace {} into {}",
                              base::counted(static_cast<long long>(logs.size()), "log"),
                              request.selection.namespaces.front(),
                              request.name)};
    CFKOPS_ASSIGN(plan.permissions, logs::needed_access(reader, request));
    plan.undo = "nothing to undo: it only reads; the archive stays";
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    logs::CollectRequest request = request_of(context, arguments);
    // Whatever is there by the end of the step's time is worth an archive.
    if (context.deadline != MonoTime::max()) {
      request.limits.time = std::max<Duration>(
          (context.deadline - client.loop().clock().now()) * 9 / 10, std::chrono::seconds(1));
    }
    const auto collection = client.simulated() ? in_memory(context, client, request)
                                               : on_disk(context, client, request);
    return collection ? outcome_of(*collection, request.name)
                      : engine::Outcome::from(collection.error());
  }

 private:
  static logs::CollectListener listener(const engine::Context& context) {
    return [&context, told = std::size_t{0}](const logs::CollectProgress& far) mutable {
      // A line for each tenth: whoever reads the log of the run has others to read.
      const std::size_t tenth = far.all == 0 ? 0 : far.done * 10 / far.all;
      if (tenth > told) {
        told = tenth;
        context.progress(fmt::format("{} of {} logs are read", far.done, far.all));
      }
    };
  }

  static Result<logs::Collection> in_memory(const engine::Context& context,
                                            kube::Reader& reader,
                                            const logs::CollectRequest& request) {
    logs::MemoryStore store;
    return logs::collect(reader, store, request, listener(context));
  }

  static Result<logs::Collection> on_disk(const engine::Context& context,
                                          kube::Reader& reader,
                                          const logs::CollectRequest& request) {
    CFKOPS_TRY(may_write(request.name));
    CFKOPS_ASSIGN(const auto store, logs::folder_store(request.name));
    return logs::collect(reader, *store, request, listener(context));
  }
};

}  // namespace

const engine::Action& logs_collect() {
  static const LogsCollect kAction;
  return kAction;
}

}  // namespace cfkops::actions
