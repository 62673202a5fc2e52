#include "kinds.hpp"
#include "namespace_show.hpp"
#include "volume.hpp"

namespace cfkops::actions {

namespace {

using runbook::Type;

class VolumeShow final : public NamespaceShow {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

 private:
  [[nodiscard]] Result<Shown> show(kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const ClaimView view, read_claims(reader, ns));
    Shown shown;
    std::int64_t growing = 0;
    std::int64_t unused = 0;
    for (const kube::Object& claim : view.claims) {
      shown.lines.push_back(line_of_claim(view, claim));
      const auto wanted = requested_size(claim);
      const auto now = actual_size(claim);
      growing += wanted && now && *now < *wanted ? 1 : 0;
      unused += view.users_of(claim).empty() ? 1 : 0;
    }
    if (shown.lines.empty()) {
      shown.lines.push_back("namespace " + ns + " has no claims");
    }
    shown.outputs = {{"growing", growing}, {"unused", unused}};
    return shown;
  }

  [[nodiscard]] std::vector<kube::AccessQuestion> permissions(
      const std::string& ns) const override {
    return claim_permissions(ns);
  }

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
