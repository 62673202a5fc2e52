#include "kafka/kafka_program.hpp"

#include "kafka/commands.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr int kJolokiaPort = 7777;

/// The one that runs Kafka: of that name, or the first.
std::string kafka_container(const Value& pod) {
  const Value& containers = list_at(pod, {"spec", "containers"});
  for (const Value& container : containers) {
    if (text_at(container, {"name"}) == "kafka") {
      return "kafka";
    }
  }
  return containers.empty() ? "" : text_at(containers.front(), {"name"});
}

class KafkaProgram final : public Program {
 public:
  explicit KafkaProgram(std::shared_ptr<KafkaModel> model)
      : model_(std::move(model)) {}

  [[nodiscard]] bool runs_in(const Value& pod) const override {
    const KafkaSpec& spec = model_->spec();
    const Value* const owner = controller_of(pod);
    if (owner == nullptr || namespace_of(pod) != spec.ns ||
        text_at(*owner, {"kind"}) != "StatefulSet") {
      return false;
    }
    const std::string set = text_at(*owner, {"name"});
    const bool is_ours = set == spec.name || (!spec.combined && set == spec.controllers_name);
    const std::string name = name_of(pod);
    // One that was scaled out has no process in the model.
    return is_ours && name.starts_with(set + "-") && model_->node(name) != nullptr;
  }

  [[nodiscard]] Duration start_delay(const Value& /*pod*/) const override {
    return model_->spec().start_container;
  }

  void start(const Value& pod) override { model_->start(name_of(pod)); }

  Duration stop(const Value& pod) override { return model_->stop(name_of(pod)); }

  void end(const Value& pod) override { model_->end(name_of(pod)); }

  [[nodiscard]] bool is_ready(const Value& pod) const override {
    return model_->is_ready(name_of(pod));
  }

  [[nodiscard]] std::optional<int> exited(const Value& pod) const override {
    return model_->exited(name_of(pod));
  }

  [[nodiscard]] std::string log(const Value& pod,
                                std::string_view container,
                                bool previous) const override {
    return container == kafka_container(pod) ? model_->log(name_of(pod), previous) : "";
  }

  [[nodiscard]] std::optional<kube::Response> serve(const Value& pod,
                                                    int port,
                                                    const kube::Request& request) override {
    if (port != kJolokiaPort) {
      return std::nullopt;
    }
    return serve_jolokia(*model_, name_of(pod), request, memo_);
  }

  [[nodiscard]] double stored(const Value& pod) const override {
    return model_->stored(name_of(pod));
  }

  [[nodiscard]] std::optional<ExecResult> exec(const Value& pod,
                                               std::string_view container,
                                               const std::vector<std::string>& command) override {
    return run_command(*model_, pod, container, command);
  }

 private:
  std::shared_ptr<KafkaModel> model_;
  AnswerMemo memo_;
};

}  // namespace

std::unique_ptr<Program> kafka_program(std::shared_ptr<KafkaModel> model) {
  return std::make_unique<KafkaProgram>(std::move(model));
}

}  // namespace cfkops::sandbox
