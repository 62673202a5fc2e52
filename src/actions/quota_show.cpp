#include "irreversible.hpp"
#include "kinds.hpp"
#include "quota_room.hpp"
#include "subject.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using runbook::Type;

/// Of the quotas of a namespace, how much of everything is used.
struct Shown {
  std::vector<std::string> lines;
  std::int64_t fullest = 0;
};

Result<Shown> show(kube::Reader& reader, const std::string& ns) {
  CFKOPS_ASSIGN(const kube::ObjectList quotas, reader.list(kube::resources::resource_quotas(), ns));
  Shown shown;
  for (const kube::Object& quota : quotas.items) {
    for (const QuotaLine& line : lines_of(quota)) {
      shown.lines.push_back(fmt::format("quota {}/{}: {}", quota.ns(), quota.name(), line.text()));
      shown.fullest = std::max(shown.fullest, line.percent());
    }
  }
  if (shown.lines.empty()) {
    shown.lines.push_back("namespace " + ns + " has no quota");
  }
  return shown;
}

class QuotaShow final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    const std::string ns = namespace_of(context, arguments);
    CFKOPS_ASSIGN(Shown shown, show(reader, ns));
    engine::StepPlan plan;
    plan.notes = std::move(shown.lines);
    plan.permissions = {{.verb = "list",
                         .resource = kube::resources::resource_quotas(),
                         .subresource = {},
                         .ns = ns,
                         .name = {}}};
    return plan;
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    const auto shown = show(client, namespace_of(context, arguments));
    if (!shown) {
      return Outcome::from(shown.error());
    }
    runbook::ValueList lines;
    for (const std::string& line : shown->lines) {
      context.progress(line);
      lines.emplace_back(line);
    }
    return Outcome::done({{"lines", std::move(lines)}, {"fullest", shown->fullest}});
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "quota.show",
                             .summary = "tells how much of a namespace's quotas is used"};
    spec.arguments = {
        {.name = "namespace", .type = text, .help = "the namespace; the run's when left out"}};
    spec.outputs = {
        {"lines", Type::list_of(text), "one per quota and resource"},
        {"fullest", Type::of(Type::Kind::Int), "how much of the fullest is used, in percent"}};
    spec.permissions = {{"list", "resourcequotas"}};
    spec.example =
        "- id: show\n"
        "  do: quota.show\n";
    return spec;
  }
};

}  // namespace

const engine::Action& quota_show() {
  static const QuotaShow kAction;
  return kAction;
}

}  // namespace cfkops::actions
