#include "irreversible.hpp"
#include "kinds.hpp"
#include "subject.hpp"
#include "volume.hpp"

#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using runbook::Type;

/// Of the claims of a namespace.
struct Shown {
  std::vector<std::string> lines;
  std::int64_t growing = 0;
  std::int64_t unused = 0;
};

Result<Shown> show(kube::Reader& reader, const std::string& ns) {
  CFKOPS_ASSIGN(const ClaimView view, read_claims(reader, ns));
  Shown shown;
  for (const kube::Object& claim : view.claims) {
    shown.lines.push_back(line_of_claim(view, claim));
    const auto wanted = requested_size(claim);
    const auto now = actual_size(claim);
    shown.growing += wanted && now && *now < *wanted ? 1 : 0;
    shown.unused += view.users_of(claim).empty() ? 1 : 0;
  }
  if (shown.lines.empty()) {
    shown.lines.push_back("namespace " + ns + " has no claims");
  }
  return shown;
}

class VolumeShow final : public Irreversible {
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
    plan.permissions = claim_permissions(ns);
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
    return Outcome::done(
        {{"lines", std::move(lines)}, {"growing", shown->growing}, {"unused", shown->unused}});
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{
        .name = "volume.show",
        .summary = "tells of each claim of a namespace its size, class and users"};
    spec.arguments = {
        {.name = "namespace", .type = text, .help = "the namespace; the run's when left out"}};
    spec.outputs = {{"lines", Type::list_of(text), "one per claim"},
                    {"growing", number, "claims that are smaller than they ask to be"},
                    {"unused", number, "claims that no pod uses"}};
    spec.permissions = {{"list", "persistentvolumeclaims"},
                        {"list", "storageclasses.storage.k8s.io"},
                        {"list", "pods"}};
    spec.example =
        "- id: show\n"
        "  do: volume.show\n";
    return spec;
  }
};

}  // namespace

const engine::Action& volume_show() {
  static const VolumeShow kAction;
  return kAction;
}

}  // namespace cfkops::actions
