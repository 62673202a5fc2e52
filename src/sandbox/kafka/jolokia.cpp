#include "api/route.hpp"
#include "kafka/beans.hpp"
#include "kafka/jolokia_request.hpp"
#include "kafka/model.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kContext = "/jolokia";

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += (list.empty() ? "" : ",") + json_text(text);
  }
  return "[" + list + "]";
}

kube::Response respond(int status, std::string_view type, std::string body) {
  return {
      .status = status, .headers = {{"Content-Type", std::string(type)}}, .body = std::move(body)};
}

bool has_agent(const KafkaNode& node) {
  switch (node.phase) {
    case KafkaPhase::Starting:
    case KafkaPhase::Refused:
    case KafkaPhase::CatchingUp:
    case KafkaPhase::Running:
      return true;
    default:
      return false;
  }
}

/// Writes the answers of one process's agent.
class Agent {
 public:
  Agent(const KafkaModel& model, const KafkaNode& node, AnswerMemo& memo)
      : model_(model),
        node_(node),
        memo_(memo) {
    timestamp_ =
        std::chrono::duration_cast<std::chrono::seconds>(model.wall().time_since_epoch()).count();
  }

  [[nodiscard]] std::string answer(const JolokiaRequest& request) const {
    if (request.type.empty()) {
      return failure("", "java.lang.IllegalArgumentException", "No type given", 400);
    }
    if (request.type == "version") {
      return success(R"({"type":"version"})",
                     R"({"agent":"2.3.0","protocol":"8.0","details":{"agent_version":"2.3.0",)"
                     R"("secured":false},"info":{"proxy":{},"jmx":{}}})");
    }
    if (request.type != "read" && request.type != "search") {
      return failure(
          "",
          "java.lang.UnsupportedOperationException",
          "the simulated agent does not do '" + request.type + "'; ask for read, search or version",
          501);
    }
    if (!request.mbean) {
      return failure("", "java.lang.IllegalArgumentException", "Object name can not be null", 400);
    }
    const auto name = BeanName::parse(*request.mbean);
    if (!name) {
      return failure("", "java.lang.IllegalArgumentException", name.error(), 400);
    }
    return request.type == "read" ? read(request, *name) : search(*name);
  }

 private:
  [[nodiscard]] std::string success(std::string_view request, std::string_view value) const {
    constexpr std::size_t kFrame = 80;
    std::string text;
    text.reserve(request.size() + value.size() + kFrame);
    text.append(R"({"request":)").append(request).append(R"(,"value":)").append(value);
    text.append(R"(,"status":200,"timestamp":)").append(std::to_string(timestamp_)).append("}");
    return text;
  }

  [[nodiscard]] static std::string failure(std::string_view request,
                                           std::string_view type,
                                           std::string_view message,
                                           int status) {
    std::string text = "{";
    if (!request.empty()) {
      text.append(R"("request":)").append(request).append(",");
    }
    std::string error(type);
    error.append(" : ").append(message);
    text.append(R"("error_type":)").append(json_text(type));
    text.append(R"(,"error":)").append(json_text(error));
    text.append(R"(,"status":)").append(std::to_string(status)).append("}");
    return text;
  }

  [[nodiscard]] static std::string echo(const JolokiaRequest& request, const BeanName& name) {
    std::string text = "{";
    if (!request.path.empty()) {
      text.append(R"("path":)").append(json_text(request.path)).append(",");
    }
    text.append(R"("mbean":)").append(json_text(name.canonical()));
    if (request.attributes.size() == 1) {
      text.append(R"(,"attribute":)").append(json_text(request.attributes.front()));
    } else if (!request.attributes.empty()) {
      text.append(R"(,"attribute":)").append(quoted_list(request.attributes));
    }
    return text.append(R"(,"type":)").append(json_text(request.type)).append("}");
  }

  [[nodiscard]] std::string search(const BeanName& name) const {
    std::vector<std::string> names;
    visit_beans(model_, node_, name, [&](const std::string& bean, std::span<const BeanValue>) {
      names.push_back(bean);
    });
    return success(echo({.type = "search"}, name), quoted_list(names));
  }

  [[nodiscard]] std::string read(const JolokiaRequest& request, const BeanName& name) const {
    if (!request.path.empty()) {
      return failure(echo(request, name),
                     "java.lang.UnsupportedOperationException",
                     "the simulated agent does not follow paths into values; read the whole "
                     "attribute",
                     501);
    }
    return name.is_pattern() ? read_pattern(request, name) : read_one(request, name);
  }

  [[nodiscard]] std::string read_one(const JolokiaRequest& request, const BeanName& name) const {
    std::vector<BeanValue> all;
    visit_beans(model_,
                node_,
                name,
                [&](const std::string& /*bean*/, std::span<const BeanValue> attributes) {
                  all.assign(attributes.begin(), attributes.end());
                });
    if (all.empty()) {
      return failure(
          echo(request, name), "javax.management.InstanceNotFoundException", name.text(), 404);
    }
    for (const std::string& wanted : request.attributes) {
      if (std::ranges::find(all, wanted, &BeanValue::attribute) == all.end()) {
        return failure(echo(request, name),
                       "javax.management.AttributeNotFoundException",
                       "No such attribute: " + wanted,
                       404);
      }
    }
    if (request.attributes.size() == 1 && !request.listed) {
      const auto found = std::ranges::find(all, request.attributes.front(), &BeanValue::attribute);
      return success(echo(request, name), found->json);
    }
    std::string values;
    append_values(values, request, all);
    return success(echo(request, name), values);
  }

  [[nodiscard]] std::string read_pattern(const JolokiaRequest& request,
                                         const BeanName& name) const {
    const std::string asked = echo(request, name);
    if (name.domain() == "kafka.cluster") {
      const std::string& kept = memo_.answer(node_.pod + asked,
                                             partition_state(model_, node_),
                                             [&] { return matching(request, name).value; });
      if (!kept.empty()) {
        return success(asked, kept);
      }
    }
    const Matching found = matching(request, name);
    if (!found.value.empty()) {
      return success(asked, found.value);
    }
    if (found.without.empty()) {
      return failure(asked,
                     "javax.management.InstanceNotFoundException",
                     "No MBean with pattern " + name.text() + " found for reading attributes",
                     404);
    }
    return failure(asked,
                   "java.lang.IllegalArgumentException",
                   "No matching attributes [" + base::join(request.attributes, ", ") +
                       "] found on MBeans [" + found.without + "]",
                   400);
  }

  /// What there is for a pattern: values by bean, "" where there are none, and the names of the
  /// beans without any attribute that was asked for.
  struct Matching {
    std::string value;
    std::string without;
  };

  [[nodiscard]] Matching matching(const JolokiaRequest& request, const BeanName& name) const {
    Matching found;
    std::string& value = found.value;
    visit_beans(
        model_, node_, name, [&](const std::string& bean, std::span<const BeanValue> attributes) {
          const std::size_t before = value.size();
          value += value.empty() ? '{' : ',';
          append_json_text(value, bean);
          value += ':';
          if (!append_values(value, request, attributes)) {
            value.resize(before);
            found.without.append(found.without.empty() ? "" : ", ").append(bean);
          }
        });
    value.append(value.empty() ? "" : "}");
    return found;
  }

  /// Appends those that were asked for and are there; whether there are any.
  static bool append_values(std::string& to,
                            const JolokiaRequest& request,
                            std::span<const BeanValue> attributes) {
    bool any = false;
    to += '{';
    for (const BeanValue& one : attributes) {
      const bool wanted =
          request.attributes.empty() ||
          std::ranges::find(request.attributes, one.attribute) != request.attributes.end();
      if (wanted) {
        to.append(any ? ",\"" : "\"").append(one.attribute).append("\":").append(one.json);
        any = true;
      }
    }
    to += '}';
    return any;
  }

  const KafkaModel& model_;
  const KafkaNode& node_;
  AnswerMemo& memo_;
  std::int64_t timestamp_ = 0;
};

/// What Jolokia refuses before it looks at beans.
std::optional<kube::Response> refused(const JolokiaRequest& request) {
  for (const std::string_view known :
       {"", "read", "search", "version", "list", "exec", "write", "notification"}) {
    if (request.type == known) {
      return std::nullopt;
    }
  }
  return respond(400,
                 "text/plain; charset=utf-8",
                 "400 (Bad Request)\n\nNo type with name '" + request.type + "' exists\n");
}

kube::Response answer_posted(const Agent& agent, const std::string& text) {
  const Value body = Value::parse(text, nullptr, false);
  if (!body.is_object() && !body.is_array()) {
    return respond(400, "text/plain; charset=utf-8", "400 (Bad Request)\n\nInvalid JSON request\n");
  }
  std::string answers;
  const Value single = body.is_object() ? Value::array({body}) : Value::array();
  for (const Value& one : body.is_object() ? single : body) {
    const JolokiaRequest request = body_request(one);
    if (auto refusal = refused(request)) {
      return *refusal;
    }
    answers.append(answers.empty() ? "" : ",").append(agent.answer(request));
  }
  return respond(
      200, "application/json; charset=utf-8", body.is_object() ? answers : "[" + answers + "]");
}

}  // namespace

std::optional<kube::Response> serve_jolokia(const KafkaModel& model,
                                            const std::string& pod,
                                            const kube::Request& request,
                                            AnswerMemo& memo) {
  const KafkaNode* node = model.node(pod);
  if (node == nullptr || !has_agent(*node)) {
    return std::nullopt;
  }
  const std::string path = base::url_decode(split_target(request.target).first);
  const bool is_root = path == kContext;
  if (!is_root && !path.starts_with(std::string(kContext) + "/")) {
    return respond(404, "text/html", "<h1>404 Not Found</h1>No context found for request");
  }
  const Agent agent(model, *node, memo);
  if (request.method == "POST") {
    return answer_posted(agent, request.body);
  }
  if (request.method != "GET") {
    return respond(405,
                   "text/plain; charset=utf-8",
                   "the simulated agent takes GET and POST, not " + request.method + "\n");
  }
  const JolokiaRequest asked = path_request(
      is_root ? std::string_view() : std::string_view(path).substr(kContext.size() + 1));
  if (auto refusal = refused(asked)) {
    return refusal;
  }
  if (asked.type == "read" && !asked.mbean) {
    return respond(200,
                   "application/json; charset=utf-8",
                   R"({"error_type":"java.lang.IllegalArgumentException","error":)"
                   R"("java.lang.IllegalArgumentException : Invalid arguments in pathinfo read/ )"
                   R"(for command READ","status":400})");
  }
  return respond(200, "application/json; charset=utf-8", agent.answer(asked));
}

}  // namespace cfkops::sandbox
