#include "kinds.hpp"
#include "object_form.hpp"
#include "restore_set.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <utility>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

runbook::ActionSpec make_spec() {
  const Type text = Type::of(Type::Kind::String);
  runbook::ActionSpec spec{
      .name = "backup",
      .summary = "a backup of objects is whole, and where asked for, as what is in the cluster"};
  spec.is_check = true;
  spec.arguments = {
      {.name = "from", .type = text, .required = true, .help = "the folder of the backup"},
      {.name = "sha256",
       .type = text,
       .fallback = runbook::Value(""),
       .help = "what its index must have"},
      {.name = "live",
       .type = Type::of(Type::Kind::Bool),
       .fallback = runbook::Value(false),
       .help = "every object of it is in the cluster, as the backup has it"},
      {.name = "namespace",
       .type = text,
       .fallback = runbook::Value(""),
       .help = "where they are, of a backup of one namespace; where they were when empty"}};
  spec.outputs = {{"objects", Type::of(Type::Kind::Int), "how many objects are in it"},
                  {"sha256", text, "of its index"}};
  spec.permissions = {
      {"get", "the kinds of the backup", runbook::PermissionSpec::In::TheNamespace, "live"}};
  spec.example =
      "- check: backup\n"
      "  with: {from: backups/shop, live: true}\n";
  return spec;
}

CheckResult verdict_of(const Error& error) {
  const bool told = error.code == ErrorCode::Refused || error.code == ErrorCode::NotFound ||
                    error.code == ErrorCode::InvalidInput;
  CheckResult result = CheckResult::unknown(error);
  result.verdict = told ? Verdict::Fail : Verdict::Unknown;
  return result;
}

std::string line_of(const WantedObject& wanted, const std::string& what) {
  return text_of(wanted.body) + " " + what;
}

/// The objects that are not there, or not as the backup has them, a line each.
Result<std::vector<std::string>> differing(kube::Reader& reader,
                                           const Backup& backup,
                                           const std::string& ns) {
  CFKOPS_ASSIGN(const std::vector<WantedObject> all, wanted_of(reader, backup, ns));
  std::vector<std::string> lines;
  for (const WantedObject& wanted : all) {
    const auto now =
        reader.get(wanted.resource, wanted.ns, wanted.body.string_or("/metadata/name", ""));
    if (!now && now.error().code != ErrorCode::NotFound) {
      return now.error();
    }
    if (!now) {
      lines.push_back(line_of(wanted, "is not there"));
      continue;
    }
    const bool is_namespace = wanted.resource == kube::resources::namespaces();
    const std::vector<std::string> diff = is_namespace
                                              ? std::vector<std::string>()
                                              : difference_to_kept(*now, wanted.body, wanted.ns);
    if (!diff.empty()) {
      lines.push_back(line_of(wanted, "differs: " + base::enumerate(diff)));
    }
  }
  return lines;
}

class CheckBackup final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const auto backup =
        read_backup(context.file_system(), arguments.string("from"), arguments.string("sha256"));
    if (!backup) {
      return verdict_of(backup.error());
    }
    const std::string count =
        base::counted(static_cast<long long>(backup->entries.size()), "object");
    CheckResult result{
        .verdict = Verdict::Pass,
        .summary = count + ", taken " + base::printable(backup->about.taken) + ", all whole",
        .details = {},
        .remedy = {},
        .outputs = {{"objects", static_cast<std::int64_t>(backup->entries.size())},
                    {"sha256", backup->sha256}}};
    if (!arguments.boolean("live")) {
      return result;
    }
    auto lines = differing(reader, *backup, arguments.string("namespace"));
    if (!lines) {
      return CheckResult::unknown(lines.error());
    }
    result.summary = lines->empty() ? count + " in the cluster, all as the backup has them"
                                    : std::to_string(lines->size()) + " of " + count +
                                          " not in the cluster as the backup has them";
    if (!lines->empty()) {
      result.verdict = Verdict::Fail;
      result.details = *std::move(lines);
      result.remedy = "look at what differs; objects.restore with conflict: replace makes it so";
    }
    return result;
  }
};

}  // namespace

const engine::Check& check_backup() {
  static const CheckBackup kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
