#include "argument_checks.hpp"
#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "json_line.hpp"
#include "json_observer.hpp"
#include "logs_report.hpp"
#include "transient_line.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/logs/collect.hpp"
#include "cfkops/logs/follow.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace cfkops::cli {
namespace {

std::uint64_t size_of(const std::string& text) {
  const auto size = base::Quantity::parse(text);
  return size ? static_cast<std::uint64_t>(size->nanos / 1'000'000'000) : 0;
}

logs::Selection selection_of(const Arguments& arguments, const std::string& ns) {
  logs::Selection selection{.label_selector = arguments.logs.selector,
                            .node = arguments.logs.node,
                            .names = arguments.names,
                            .containers = arguments.logs.containers,
                            .previous = !arguments.logs.current_only};
  if (!arguments.all_namespaces) {
    selection.namespaces = {ns};
  }
  return selection;
}

logs::CollectRequest request_of(const Arguments& arguments, const std::string& ns) {
  const LogsArguments& flags = arguments.logs;
  logs::CollectRequest request{.selection = selection_of(arguments, ns), .tail = flags.tail};
  if (!arguments.since.empty()) {
    request.since = duration_of(arguments.since).value_or(Duration::zero());
  }
  if (const auto time = base::parse_rfc3339(flags.since_time); time) {
    request.since_time = *time;
  }
  request.limits.container_bytes = size_of(flags.most_each);
  request.limits.total_bytes = size_of(flags.most_in_all);
  request.limits.time = duration_of(flags.time_limit).value_or(request.limits.time);
  request.limits.streams = flags.streams;
  request.context = !flags.logs_only;
  request.name = arguments.out;
  if (request.name.empty()) {
    request.name = "logs-" + (arguments.all_namespaces ? "all" : ns) + ".tar.zst";
  }
  return request;
}

int test_redaction(const Arguments& arguments, const AppEnvironment& environment) {
  const auto samples = logs::test_redaction();
  environment.terminal.out(arguments.global.output == Output::Json
                               ? json_line(redaction_json(samples))
                               : base::printable_lines(redaction_text(samples)));
  const bool good =
      std::all_of(samples.begin(), samples.end(), [](const auto& sample) { return sample.good; });
  return good ? kOk : kInternal;
}

int verify(const Arguments& arguments, const AppEnvironment& environment) {
  const auto verified = logs::verify_archive(arguments.logs.verify);
  if (!verified) {
    const int code = fail(environment, verified.error());
    return verified.error().code == ErrorCode::Protocol ? kValidationFailed : code;
  }
  environment.terminal.out(arguments.global.output == Output::Json
                               ? json_line(verification_json(*verified))
                               : base::printable_lines(verification_text(*verified)));
  return verified->faults.empty() ? kOk : kValidationFailed;
}

int follow(const Arguments& arguments,
           const AppEnvironment& environment,
           kube::Reader& reader,
           const std::string& ns) {
  const logs::CollectRequest request = request_of(arguments, ns);
  const WallTime now = environment.clock.wall();
  logs::FollowRequest followed{
      .selection = request.selection,
      .since = request.since ? std::optional<WallTime>(now - *request.since) : request.since_time,
      .tail = request.tail};
  // As a person would who looks at it: not all there was, but the last of it.
  if (!followed.since && !followed.tail) {
    followed.tail = 10;
  }
  const Colours colours = environment.terminal.colours() && environment.terminal.out_is_terminal()
                              ? Colours::Yes
                              : Colours::No;
  const bool json = arguments.global.output == Output::Json;
  const logs::FollowListener listener{
      .line =
          [&](const logs::FollowedLine& line) {
            environment.terminal.out(json ? json_line(followed_json(line))
                                          : followed_text(line, colours));
            return !environment.terminal.out_closed();
          },
      .notice =
          [&](const std::string& text) {
            environment.terminal.err("cfkops: " + base::printable(text) + "\n");
          }};
  const Status done = logs::follow(reader, followed, listener);
  return done ? kOk : fail(environment, done.error());
}

Status may_write(const Arguments& arguments, const std::string& archive) {
  std::error_code error;
  if (std::filesystem::exists(archive, error) && !arguments.force) {
    return make_error(ErrorCode::AlreadyExists,
                      "'" + archive + "' is there already",
                      "give --out another path, or add --force to replace it");
  }
  return {};
}

int collect(const Arguments& arguments,
            const AppEnvironment& environment,
            kube::Reader& reader,
            const std::string& ns) {
  const logs::CollectRequest request = request_of(arguments, ns);
  if (const Status allowed = may_write(arguments, request.name); !allowed) {
    return fail_on_file(environment, allowed.error());
  }
  const auto store = logs::folder_store(request.name);
  if (!store) {
    return fail_on_file(environment, store.error());
  }
  TransientLine progress(environment.terminal);
  MonoTime next = environment.clock.now();
  const auto collection =
      logs::collect(reader, **store, request, [&](const logs::CollectProgress& far) {
        if (const MonoTime now = environment.clock.now(); now >= next) {
          next = now + std::chrono::milliseconds(100);
          progress.show(fmt::format("{} of {} logs, {}", far.done, far.all, size_text(far.bytes)));
        }
      });
  progress.end();
  if (!collection) {
    const Error& error = collection.error();
    if (error.code == ErrorCode::Cancelled) {
      environment.terminal.err("cfkops: what was read is kept in " +
                               logs::partial_folder(request.name).string() +
                               "; the same command goes on with it\n");
    }
    return error.code == ErrorCode::Io ? fail_on_file(environment, error)
                                       : fail(environment, error);
  }
  environment.terminal.out(arguments.global.output == Output::Json
                               ? json_line(collection_json(*collection, request.name))
                               : base::printable_lines(collection_text(*collection, request.name)));
  const bool whole = collection->count(logs::Complete::Yes) == collection->logs.size();
  return whole ? kOk : kValidationFailed;
}

}  // namespace

int logs_command(const Arguments& arguments, const AppEnvironment& environment) {
  if (arguments.logs.redaction_test) {
    return test_redaction(arguments, environment);
  }
  if (!arguments.logs.verify.empty()) {
    return verify(arguments, environment);
  }
  SilentObserver observer;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
  reader.set_audit_scope("cfkops/logs/1");
  return arguments.logs.follow ? follow(arguments, environment, reader, connection->ns)
                               : collect(arguments, environment, reader, connection->ns);
}

}  // namespace cfkops::cli
