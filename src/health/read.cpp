#include "cfkops/health/read.hpp"

#include "parts.hpp"
#include "reading.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

namespace cfkops::health {

namespace {

/// What the tables of the profile `sop` leave to be read.
struct Unwell {
  std::set<std::string> nodes;
  std::set<std::string> volumes;
  std::set<std::string> pods;
};

/// One request of the first round, and who takes its answer.
struct Asked {
  Part part;
  kube::ReadRequest request;
  std::function<Status(const std::string& body)> take;
  bool may_lack = false;  ///< as of a ListedPart
};

/// A server that is not ready says why in an answer of 500, and the error has that in one line: the
/// lines again, or "".
std::string checks_of(const Error& error) {
  if (error.http_status < 500 || error.message.find("[-]") == std::string::npos) {
    return {};
  }
  std::string lines;
  for (std::size_t i = 0; i < error.message.size(); ++i) {
    const std::string_view rest = std::string_view(error.message).substr(i);
    if (rest.starts_with("[-]") || rest.starts_with("[+]") || rest.starts_with("readyz check") ||
        rest.starts_with("livez check")) {
      lines += '\n';
    }
    lines += error.message[i];
  }
  return lines;
}

/// Reads in rounds; a value of one call of `read_snapshot`.
class Round {
 public:
  Round(kube::Reader& reader, const ReadOptions& options)
      : reader_(reader),
        options_(options),
        wanted_(wanted_parts(options)) {}

  Result<Snapshot> read() {
    if (options_.checks.disks && options_.checks.profile == Profile::Sop) {
      return make_error(ErrorCode::InvalidInput,
                        "disks are not looked at in profile sop",
                        "ask for them in profile full");
    }
    snapshot_.ns = options_.ns;
    CFKOPS_TRY(find_namespace());
    for (const ListedPart& listed : listed_parts()) {
      if (wanted_.has(listed.part)) {
        ask_list(listed);
      }
    }
    ask_text(Part::ReadyChecks, "?verbose", &Snapshot::ready_checks);
    ask_text(Part::LiveChecks, "?verbose", &Snapshot::live_checks);
    ask_text(Part::FlowControl, "", &Snapshot::flow_control);
    ask_version();
    CFKOPS_TRY(send());
    if (options_.checks.profile == Profile::Sop) {
      read_details(reader_, options_, unwell_.nodes, unwell_.volumes, unwell_.pods, snapshot_);
    }
    if (wanted_.has(Part::TlsSecrets)) {
      read_mounted_secrets(reader_, options_, snapshot_);
    }
    if (wanted_.has(Part::Pods) && !as_table(Part::Pods)) {
      read_all_pods();
    }
    if (wanted_.has(Part::Latency)) {
      time_reads(reader_, options_, snapshot_);
      snapshot_.source(Part::Latency).at = snapshot_.now;
    }
    if (wanted_.has(Part::NamedSecrets)) {
      read_named_secrets(reader_, options_, snapshot_);
    }
    if (wanted_.has(Part::Rest)) {
      read_rest(reader_, options_, snapshot_);
    }
    if (wanted_.has(Part::Kubelets)) {
      read_kubelets(reader_, options_, snapshot_);
    }
    if (wanted_.has(Part::Kafka)) {
      read_kafka(reader_, options_, wanted_.has(Part::Topics), snapshot_);
    }
    if (wanted_.has(Part::FlowControl)) {
      read_flow_control_again();
    }
    if (reader_.loop().stop_due()) {
      return reader_.loop().cancelled();
    }
    return std::move(snapshot_);
  }

 private:
  /// Errors: NotFound where the namespace that was asked for is none. Whoever may not look for it
  /// may still list what is in it.
  Status find_namespace() {
    if (options_.ns.empty()) {
      return {};
    }
    const std::array<kube::ReadRequest, 1> ask = {
        {kube::ReadRequest::object(kube::resources::namespaces(), "", options_.ns)}};
    const Result<std::string> answer = reader_.batch(ask, options_.timeout).front();
    if (!answer && answer.error().code == ErrorCode::NotFound) {
      return make_error(ErrorCode::NotFound,
                        "there is no namespace '" + base::printable(options_.ns) + "'",
                        "see which there are: kubectl get namespaces");
    }
    return {};
  }

  /// A table is enough where only what looks unwell is read whole.
  [[nodiscard]] bool as_table(Part part) const {
    return part == Part::Events ||
           (options_.checks.profile == Profile::Sop &&
            (part == Part::Nodes || part == Part::Pods || part == Part::Volumes));
  }

  void ask_list(const ListedPart& listed) {
    if (listed.part == Part::Pods && !as_table(Part::Pods)) {
      return;  // there may be many: by pages, when all else is there
    }
    std::string target = listed.resource.path(namespace_of(listed, options_.ns));
    const std::string what = fmt::format("list {}", listed.resource.full_name());
    const std::string selector =
        listed.field_selector.empty() ? "" : fmt::format("fieldSelector={}", listed.field_selector);
    if (as_table(listed.part)) {
      target += "?includeObject=None" + (selector.empty() ? "" : "&" + selector);
      asked_.push_back(
          {listed.part,
           {target, what, {}, std::string(kube::kTableAccept)},
           [this, part = listed.part](const std::string& body) { return take_table(part, body); }});
    } else {
      target += selector.empty() ? "" : "?" + selector;
      asked_.push_back(
          {listed.part,
           {target, what},
           [this, &listed](const std::string& body) { return take_objects(listed, body); },
           listed.may_lack});
    }
  }

  void read_all_pods() {
    const Status read = read_pods(reader_, options_, snapshot_);
    snapshot_.source(Part::Pods).seen = snapshot_.pods.size();
    keep(Part::Pods, read);
  }

  void ask_text(Part part, std::string_view query, std::string Snapshot::*where) {
    if (wanted_.has(part)) {
      const std::string target = fmt::format("{}{}", path_of(part), query);
      asked_.push_back({part,
                        {target, "ask " + target},
                        [this, where](const std::string& body) {
                          snapshot_.*where = body;
                          return Status();
                        },
                        part == Part::FlowControl});
    }
  }

  /// What it counts rises, or does not, between two readings.
  void read_flow_control_again() {
    const Source& source = snapshot_.source(Part::FlowControl);
    if (source.state != Source::State::Read) {
      return;
    }
    const std::string target(path_of(Part::FlowControl));
    const std::vector<Result<std::string>> answers =
        ask_all(reader_, {{target, "ask " + target}}, options_.timeout);
    if (answers.front()) {
      snapshot_.flow_control_after = *answers.front();
    } else {
      keep(Part::FlowControl, answers.front().error());
    }
  }

  void ask_version() {
    asked_.push_back({Part::Version,
                      {std::string(path_of(Part::Version)), "ask for the version"},
                      [this](const std::string& body) -> Status {
                        CFKOPS_ASSIGN(const Json version, Json::parse(body));
                        snapshot_.version = version.string_or("/gitVersion", "");
                        return {};
                      }});
  }

  /// Pages were not asked for, and one that has a next one is not all there is.
  static Status whole(const std::string& next_page) {
    return next_page.empty() ? Status()
                             : make_error(ErrorCode::Protocol,
                                          "the server gave a part of the list only, unasked");
  }

  Status take_table(Part part, const std::string& body) {
    kube::Table table;
    CFKOPS_ASSIGN(const std::string rest, kube::add_table_page(body, table));
    CFKOPS_TRY(whole(rest));
    snapshot_.source(part).seen = table.rows.size();
    if (part == Part::Events) {
      snapshot_.events = event_lines(table);
    } else if (part == Part::Nodes) {
      unwell_.nodes = unwell_nodes(table);
    } else if (part == Part::Pods) {
      unwell_.pods = unwell_pods(table);
    } else {
      unwell_.volumes = unwell_volumes(table);
    }
    return {};
  }

  Status take_objects(const ListedPart& listed, const std::string& body) {
    std::vector<Json>& objects = snapshot_.of(listed.part);
    CFKOPS_ASSIGN(const std::string rest, kube::each_item(body, [&](const Json& item) {
                    objects.push_back(kept(listed.part, listed.resource.kind, item));
                  }));
    CFKOPS_TRY(whole(rest));
    snapshot_.source(listed.part).seen = objects.size();
    return {};
  }

  /// What tells times comes first and alone: it is old by the time that long lists have come.
  Status send() {
    const auto lists = std::stable_partition(asked_.begin(), asked_.end(), [](const Asked& one) {
      return one.part == Part::SystemLeases || one.part == Part::NodeLeases;
    });
    CFKOPS_TRY(send(std::span<const Asked>(asked_.begin(), lists)));
    return send(std::span<const Asked>(lists, asked_.end()));
  }

  Status send(std::span<const Asked> asked) {
    if (asked.empty()) {
      return {};
    }
    std::vector<kube::ReadRequest> requests;
    for (const Asked& one : asked) {
      requests.push_back(one.request);
    }
    std::vector<Result<std::string>> answers = ask_all(reader_, requests, options_.timeout);
    const auto server_time = reader_.server_time();
    snapshot_.by_server_clock = server_time.has_value();
    snapshot_.now = server_time.value_or(reader_.loop().clock().wall());
    const bool none = std::none_of(answers.begin(), answers.end(), [](const auto& answer) {
      return answer || answer.error().http_status >= 500 || answer.error().http_status == 403;
    });
    if (none) {
      return answers.front().error();
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      take(asked[i], answers[i]);
      answers[i] = std::string();  // bodies are large, and done with
    }
    return {};
  }

  void take(const Asked& asked, const Result<std::string>& answer) {
    if (!answer && asked.may_lack && answer.error().http_status == 404) {
      Source& source = snapshot_.source(asked.part);
      source.at = snapshot_.now;
      if (source.state == Source::State::NotAsked) {
        source.state = Source::State::NotServed;
      }
      return;
    }
    const bool own_checks = asked.part == Part::ReadyChecks || asked.part == Part::LiveChecks;
    const std::string lines = answer || !own_checks ? "" : checks_of(answer.error());
    const Status taken = answer          ? asked.take(*answer)
                         : lines.empty() ? Status(answer.error())
                                         : asked.take(lines);
    keep(asked.part, taken);
  }

  /// What became of reading a part, or one list of it: what one does not tell is unknown.
  void keep(Part part, const Status& taken) {
    Source& source = snapshot_.source(part);
    source.at = snapshot_.now;
    if (!taken) {
      source.state = Source::State::Unknown;
      source.error = taken.error();
    } else if (source.state != Source::State::Unknown) {
      source.state = Source::State::Read;
    }
  }

  kube::Reader& reader_;
  const ReadOptions& options_;
  Parts wanted_;
  std::vector<Asked> asked_;
  Unwell unwell_;
  Snapshot snapshot_;
};

}  // namespace

Result<Snapshot> read_snapshot(kube::Reader& reader, const ReadOptions& options) {
  return Round(reader, options).read();
}

}  // namespace cfkops::health
