#include "completion_live.hpp"

#include "arguments.hpp"
#include "connection.hpp"
#include "connection_flags.hpp"
#include "json_observer.hpp"
#include "simulated.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/sandbox/cluster.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace cfkops::cli {
namespace {

/// A key was pressed, and somebody waits.
constexpr Duration kPatience = std::chrono::seconds(2);

using Ask = std::function<std::vector<std::string>(kube::Reader& reader, const std::string& ns)>;

kube::ReaderOptions hasty() {
  kube::ReaderOptions options;
  options.request_timeout = kPatience;
  options.retry.max_retries = 0;
  return options;
}

/// The scenario whose cluster is meant; nothing where a real one is.
std::optional<std::string> scenario_of(std::span<const std::string> before) {
  static constexpr std::array<std::string_view, 3> kFlags = {
      "--sandbox", "--scenario", "--snapshot"};
  const TypedPlace place = place_after(before);
  std::optional<std::string> scenario;
  if (!place.path.empty() && place.path.front() == "rehearse") {
    scenario = "";
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string& word = before[i];
    const std::string flag = word.substr(0, word.find('='));
    if (std::find(kFlags.begin(), kFlags.end(), flag) == kFlags.end()) {
      continue;
    }
    if (flag != word) {
      scenario = word.substr(flag.size() + 1);
    } else if (flag == "--sandbox") {
      scenario = scenario.value_or("");
    } else if (i + 1 < before.size()) {
      const bool file = flag == "--snapshot" && before[i + 1].find('/') == std::string::npos;
      scenario = (file ? "./" : "") + before[i + 1];
    }
  }
  return scenario;
}

std::vector<std::string> ask_simulated(const std::string& name,
                                       const GlobalArguments& global,
                                       const AppEnvironment& environment,
                                       const Ask& ask) {
  const auto scenario = sandbox::find_scenario(name.empty() ? "healthy" : name);
  if (!scenario) {
    return {};
  }
  auto cluster = sandbox::Cluster::begin(*scenario, environment.clock.wall());
  if (!cluster) {
    return {};
  }
  kube::Loop loop(**cluster, (*cluster)->clock(), environment.cancel);
  kube::Reader reader(loop, hasty());
  return ask(reader, global.config.ns.empty() ? namespace_of(*scenario) : global.config.ns);
}

std::vector<std::string> ask_cluster(std::span<const std::string> before,
                                     const AppEnvironment& environment,
                                     const Ask& ask) {
  const std::optional<GlobalArguments> global = connection_of(before);
  if (!global) {
    return {};
  }
  if (const auto scenario = scenario_of(before)) {
    return ask_simulated(*scenario, *global, environment, ask);
  }
  SilentObserver silent;
  auto connection = connect(*global, environment, silent);
  if (!connection) {
    return {};
  }
  kube::Loop& loop = *connection->loop;
  const kube::Loop::Periodic limit(loop, kPatience, kube::Loop::When::Waiting, [&loop] {
    Error late = make_error(ErrorCode::Cancelled, "it took too long");
    late.reason = "completion";
    loop.request_stop(std::move(late));
  });
  kube::Reader reader(loop, hasty());
  return ask(reader, connection->ns);
}

std::vector<std::string> references(const runbook::Type& type,
                                    kube::Reader& reader,
                                    const std::string& ns) {
  std::vector<std::string> texts;
  for (const std::string& kind : type.names) {
    const engine::RefSource* source = actions::catalogue().ref(kind);
    const auto found =
        source == nullptr
            ? Result<std::vector<engine::RefCandidate>>(std::vector<engine::RefCandidate>())
            : source->find(reader, ns);
    for (const engine::RefCandidate& candidate :
         found ? *found : std::vector<engine::RefCandidate>()) {
      const std::string text = candidate.texts.empty() ? "" : candidate.texts.front();
      if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) {
        texts.push_back(text);
      }
    }
  }
  return texts;
}

}  // namespace

std::vector<std::string> live_references(const runbook::Type& type,
                                         std::span<const std::string> before,
                                         const AppEnvironment& environment) {
  return ask_cluster(before, environment, [&type](kube::Reader& reader, const std::string& ns) {
    return references(type, reader, ns);
  });
}

std::vector<std::string> live_namespaces(std::span<const std::string> before,
                                         const AppEnvironment& environment) {
  return ask_cluster(before, environment, [](kube::Reader& reader, const std::string& /*ns*/) {
    std::vector<std::string> names;
    const auto list = reader.list(kube::resources::namespaces(), "");
    for (const kube::Object& object : list ? list->items : std::vector<kube::Object>()) {
      names.push_back(object.name());
    }
    return names;
  });
}

}  // namespace cfkops::cli
