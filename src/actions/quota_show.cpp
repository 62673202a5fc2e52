#include "kinds.hpp"
#include "namespace_show.hpp"
#include "quota_room.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cfkops::actions {

namespace {

using runbook::Type;

class QuotaShow final : public NamespaceShow {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

 private:
  [[nodiscard]] Result<Shown> show(kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList quotas,
                  reader.list(kube::resources::resource_quotas(), ns));
    Shown shown;
    std::int64_t fullest = 0;
    for (const kube::Object& quota : quotas.items) {
      for (const QuotaLine& line : lines_of(quota)) {
        shown.lines.push_back(
            fmt::format("quota {}/{}: {}", quota.ns(), quota.name(), line.text()));
        fullest = std::max(fullest, line.percent());
      }
    }
    if (shown.lines.empty()) {
      shown.lines.push_back("namespace " + ns + " has no quota");
    }
    shown.outputs = {{"fullest", fullest}};
    return shown;
  }

  [[nodiscard]] std::vector<kube::AccessQuestion> permissions(
      const std::string& ns) const override {
    return {Subject{kube::resources::resource_quotas(), ns, {}}.may("list")};
  }

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
