#include "kind_table.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/sandbox/faults.hpp"
#include "cfkops/sandbox/inline.hpp"
#include "cfkops/sandbox/yaml_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

using std::chrono::milliseconds;

constexpr Duration kShortest = milliseconds(1);
constexpr std::int64_t kMostRequests = 1'000'000'000;
constexpr std::int64_t kMostTimes = 1000;

/// When a kind can happen.
enum class When {
  WithRequests,  ///< `on`, so many `times`
  Any,           ///< `at` or `on`
  AtWrites,      ///< `at`, or a `write` of the log
};

/// What a kind takes beside its title and when it happens.
struct Form {
  FaultKind kind;
  When when;
  std::vector<std::string> keys;
  std::vector<std::string> required = {};
};

const std::vector<Form>& forms() {
  static const std::vector<Form> kForms = {
      {FaultKind::RequestRefused, When::WithRequests, {"code"}, {"code"}},
      {FaultKind::RequestLost, When::WithRequests, {}},
      {FaultKind::AnswerLost, When::WithRequests, {}},
      {FaultKind::RequestTimeout, When::WithRequests, {}},
      {FaultKind::SlowServer, When::Any, {"each", "lasting"}, {"each"}},
      {FaultKind::ServerAway, When::Any, {"lasting"}},
      {FaultKind::WatchLost, When::Any, {}},
      {FaultKind::WatchExpired, When::Any, {}},
      {FaultKind::NodeLost, When::Any, {"target", "lasting"}},
      {FaultKind::PodNeverReady, When::Any, {"namespace", "target", "lasting"}},
      {FaultKind::ImagePullFails, When::Any, {"namespace", "target", "lasting"}},
      {FaultKind::BrokerNeverCatchesUp, When::Any, {"namespace", "target", "lasting"}},
      {FaultKind::DiskFull, When::Any, {"namespace", "target"}},
      {FaultKind::ControllerFailover, When::Any, {"namespace"}},
      {FaultKind::ClockJump, When::Any, {"by"}, {"by"}},
      {FaultKind::BudgetCloses, When::Any, {"namespace", "lasting"}},
      {FaultKind::Kill, When::AtWrites, {"write"}},
  };
  return kForms;
}

const Form& form_of(FaultKind kind) {
  const auto found = std::ranges::find(forms(), kind, &Form::kind);
  return found == forms().end() ? forms().front() : *found;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const FaultKind kind : all_fault_kinds()) {
    names.emplace_back(to_string(kind));
  }
  return names;
}

/// What people say for a resource, and what its requests do: "pod" and "po" to "pods".
std::map<std::string, std::string> make_other_words() {
  std::map<std::string, std::string> words;
  const KindTable table;
  for (const Kind* kind : table.all()) {
    const std::string& plural = kind->resource().plural;
    words.emplace(kind->names().singular, plural);
    words.emplace(base::lower(kind->resource().kind), plural);
    for (const std::string& name : kind->names().short_names) {
      words.emplace(name, plural);
    }
  }
  return words;
}

/// Of the characters that names in paths have.
bool name(const YamlMap& map, std::string_view key, std::string_view more, std::string& into) {
  constexpr std::string_view kInner = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  std::string found;
  if (!map.text(key, found)) {
    return false;
  }
  const bool fits = std::ranges::all_of(found, [&](char one) {
    return kInner.find(one) != std::string_view::npos || more.find(one) != std::string_view::npos;
  });
  if (!fits) {
    map.report(key,
               fmt::format("cannot be '{}': Kubernetes has no such name", found),
               "write it as it stands in the paths of requests, in lower case");
    return false;
  }
  into = std::move(found);
  return true;
}

void read_resource(const YamlMap& map, std::string& into) {
  static const std::map<std::string, std::string> kOtherWords = make_other_words();
  if (!name(map, "resource", "/", into)) {
    return;
  }
  const std::size_t slash = into.find('/');
  const auto other = kOtherWords.find(base::lower(into.substr(0, slash)));
  if (other != kOtherWords.end() && other->second != other->first) {
    const std::string rest = slash == std::string::npos ? "" : into.substr(slash);
    map.report("resource",
               fmt::format("cannot be '{}': requests name it in the plural", into),
               fmt::format("write '{}{}'", other->second, rest));
  }
}

RequestMatch read_match(const YamlNode& node, const Form& form, Fault& fault, YamlMap& parent) {
  static const std::vector<std::string> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  std::vector<std::string> keys = {"method", "resource", "namespace", "name", "nth"};
  if (form.when == When::WithRequests) {
    keys.emplace_back("times");
  }
  RequestMatch match;
  YamlMap map(node, parent.name_of("on"), parent.errors());
  map.expect(keys);
  map.word("method", match.method, kMethods);
  read_resource(map, match.resource);
  map.label("namespace", match.ns);
  name(map, "name", ":", match.name);
  map.whole("nth", fault.nth, {1, kMostRequests});
  map.whole("times", fault.times, {1, kMostTimes});
  return match;
}

bool names_object_of(const RequestMatch& match, std::string_view plural) {
  return match.resource == plural || match.resource.starts_with(std::string(plural) + "/");
}

/// Without a target, the request must tell it.
void check_target(const YamlMap& map, const Fault& fault) {
  if (!fault.target.empty() || map.has("target")) {
    return;
  }
  const bool is_node = fault.kind == FaultKind::NodeLost;
  if (!fault.on) {
    report(map.errors(),
           map.pos(""),
           fmt::format("{} lacks 'target'", map.what()),
           is_node ? "add 'target: …' with a node's name" : "add 'target: …' with a pod's name");
  } else if (!names_object_of(*fault.on, "pods") &&
             !(is_node && names_object_of(*fault.on, "nodes"))) {
    map.report("on",
               fmt::format("does not tell which {} is meant", is_node ? "node" : "pod"),
               "add 'target: …', or name requests about pods: 'resource: pods/eviction'");
  }
}

/// The codes that faults answer; others mean something that the request itself must cause.
void read_code(const YamlMap& map, int& into) {
  static const std::vector<int> kCodes = {401, 403, 409, 429, 500, 503, 504};
  int code = 0;
  if (!map.whole("code", code, {100, 599})) {
    return;
  }
  if (std::ranges::find(kCodes, code) == kCodes.end()) {
    map.report(
        "code", fmt::format("cannot be {}", code), "write 401, 403, 409, 429, 500, 503 or 504");
    return;
  }
  into = code;
}

/// The calendar may jump back: "-5m".
void read_jump(const YamlNode* node, const YamlMap& map, Duration& into) {
  if (node == nullptr || !node->is_scalar() || !node->scalar.starts_with('-')) {
    map.duration("by", into, {kShortest, DurationRange().most});
    return;
  }
  const auto parsed = base::parse_duration(node->scalar.substr(1));
  if (!parsed || *parsed < kShortest || *parsed > DurationRange().most) {
    map.report("by",
               fmt::format("cannot be '{}'", node->scalar),
               "write a duration of at most 366d such as 1h or -5m");
    return;
  }
  into = -*parsed;
}

void check_when(const YamlMap& map, const Form& form) {
  const bool writes = form.when == When::AtWrites;
  const std::string_view other = writes ? "write" : "on";
  if (form.when == When::WithRequests || map.has("at") != map.has(other)) {
    return;
  }
  const bool both = map.has("at");
  report(map.errors(),
         both ? map.pos("at") : map.pos(""),
         both ? fmt::format("{} has both 'at' and '{}'", map.what(), other)
              : fmt::format("{} does not say when", map.what()),
         both     ? "remove one of them"
         : writes ? "add 'at: 20s' or 'write: 3'"
                  : "add 'at: 20s' or 'on: {method: POST, resource: pods/eviction}'");
}

void read_when(YamlMap& map, const Form& form, Fault& fault) {
  check_when(map, form);
  Duration at = {};
  if (form.when != When::WithRequests && map.duration("at", at)) {
    fault.at = at;
  }
  if (const YamlNode* on = map.find("on"); on != nullptr && form.when != When::AtWrites) {
    fault.on = read_match(*on, form, fault, map);
  }
  if (form.when == When::AtWrites) {
    map.whole("write", fault.nth, {1, kMostRequests});
  }
}

std::vector<std::string> keys_of(const Form& form) {
  std::vector<std::string> keys = {"fault", "title"};
  if (form.when != When::WithRequests) {
    keys.emplace_back("at");
  }
  if (form.when != When::AtWrites) {
    keys.emplace_back("on");
  }
  keys.insert(keys.end(), form.keys.begin(), form.keys.end());
  return keys;
}

/// What a kind does not take has been judged already.
void read_keys(const YamlMap& map, const Form& form, const YamlNode& node, Fault& fault) {
  const auto takes = [&form](std::string_view key) {
    return std::ranges::find(form.keys, key) != form.keys.end();
  };
  if (takes("code")) {
    read_code(map, fault.code);
  }
  if (takes("lasting")) {
    map.duration("lasting", fault.lasting, {kShortest, DurationRange().most});
  }
  if (takes("each")) {
    map.duration("each", fault.lasting_each, {kShortest, DurationRange().most});
  }
  if (takes("by")) {
    read_jump(node.find("by"), map, fault.lasting);
  }
  if (takes("namespace")) {
    map.label("namespace", fault.ns);
  }
  if (takes("target")) {
    name(map, "target", "", fault.target);
    check_target(map, fault);
  }
}

Fault read_fault_of(FaultKind kind, const YamlNode& node, std::vector<Error>& errors) {
  const Form& form = form_of(kind);
  Fault fault;
  fault.kind = kind;
  YamlMap map(node, fmt::format("fault '{}'", to_string(kind)), errors);
  std::vector<std::string> required = form.required;
  if (form.when == When::WithRequests) {
    required.emplace_back("on");
  }
  map.expect(keys_of(form), required);
  map.text("title", fault.title);
  read_when(map, form, fault);
  read_keys(map, form, node, fault);
  return fault;
}

}  // namespace

std::vector<Fault> read_faults(const base::YamlNode& list,
                               const std::string& /*file*/,
                               std::vector<Error>& errors) {
  static const std::vector<std::string> kKinds = kind_names();
  std::vector<Fault> faults;
  for (const YamlNode* item : list_items(list, "'faults'", errors)) {
    const YamlMap map(*item, "a fault", errors);
    std::string word;
    if (map.word("fault", word, kKinds)) {
      if (const auto kind = fault_kind(word)) {
        faults.push_back(read_fault_of(*kind, *item, errors));
      }
    } else if (!map.has("fault")) {
      report(errors,
             item->pos,
             "a fault does not say what goes wrong",
             fmt::format("add 'fault: …' with one of {}", base::join(kKinds, ", ")));
    }
  }
  return faults;
}

tl::expected<std::vector<Fault>, std::vector<Error>> load_faults(std::string_view text,
                                                                 const std::string& file) {
  static const std::vector<std::string> kKeys = {"apiVersion", "kind", "faults"};
  static const std::vector<std::string> kVersions = {"cfkops/v1"};
  static const std::vector<std::string> kKinds = {"Faults"};
  const auto root = base::parse_yaml(text, file, base::YamlDialect::Strict);
  if (!root) {
    return tl::unexpected(root.error());
  }
  std::vector<Error> errors;
  std::vector<Fault> faults;
  YamlMap map(*root, "the file of faults", errors);
  map.expect(kKeys, kKeys);
  std::string ignored;
  map.word("apiVersion", ignored, kVersions);
  map.word("kind", ignored, kKinds);
  if (const YamlNode* list = map.find("faults")) {
    faults = read_faults(*list, file, errors);
  }
  if (!errors.empty()) {
    sort_by_place(errors);
    return tl::unexpected(std::move(errors));
  }
  return faults;
}

}  // namespace cfkops::sandbox
