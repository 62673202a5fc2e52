#include "kinds.hpp"
#include "manifest_file.hpp"
#include "object_form.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <utility>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;
using Deed = JudgedObject::Deed;

runbook::ActionSpec make_spec() {
  const Type text = Type::of(Type::Kind::String);
  runbook::ActionSpec spec{
      .name = "manifest",
      .summary = "every object of a file of manifests is in the cluster, as the file has it"};
  spec.is_check = true;
  spec.arguments = {{.name = "file",
                     .type = text,
                     .required = true,
                     .help = "the manifests, as kubectl takes them"},
                    {.name = "namespace",
                     .type = text,
                     .help = "of those that name none; the run's when left out"}};
  spec.outputs = {{"objects", Type::of(Type::Kind::Int), "how many objects the file has"}};
  spec.permissions = {{"get", "the kinds of the file"},
                      {"update", "the same, which is tried out and not done"}};
  spec.example =
      "- check: manifest\n"
      "  with: {file: roles.yaml}\n";
  return spec;
}

/// How an object is not as the file has it; "" where it is.
std::string differs(const WantedObject& wanted, const JudgedObject& judged) {
  switch (judged.deed) {
    case Deed::Leave:
      return "";
    case Deed::Create:
      return text_of(wanted.body) + " is not there";
    case Deed::Replace:
      return text_of(wanted.body) + " differs: " + base::enumerate(judged.diff);
    case Deed::Conflict:
      break;
  }
  return text_of(wanted.body) + ": " + judged.why;
}

Result<CheckResult> compare(const engine::Context& context,
                            kube::Reader& reader,
                            const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(const std::vector<WantedObject> all,
                wanted_in_file(reader,
                               context.file_system(),
                               arguments.string("file"),
                               namespace_of(context, arguments)));
  CheckResult result{.verdict = Verdict::Pass,
                     .summary = {},
                     .details = {},
                     .remedy = {},
                     .outputs = {{"objects", static_cast<std::int64_t>(all.size())}}};
  for (const WantedObject& wanted : all) {
    CFKOPS_ASSIGN(const JudgedObject judged, judge(reader, wanted, OnConflict::Replace));
    if (std::string line = differs(wanted, judged); !line.empty()) {
      result.details.push_back(std::move(line));
    }
  }
  const std::string count = base::counted(static_cast<long long>(all.size()), "object");
  if (result.details.empty()) {
    result.summary = count + " in the cluster, all as the file has them";
    return result;
  }
  result.verdict = Verdict::Fail;
  result.summary =
      std::to_string(result.details.size()) + " of " + count + " not as the file has them";
  result.remedy = "look at what differs, and apply the file";
  return result;
}

class CheckManifest final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    auto result = compare(context, reader, arguments);
    return result ? *std::move(result) : CheckResult::unknown(result.error());
  }
};

}  // namespace

const engine::Check& check_manifest() {
  static const CheckManifest kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
