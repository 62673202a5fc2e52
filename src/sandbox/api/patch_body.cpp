#include "api/patch_body.hpp"

#include "go_text.hpp"
#include "yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kMostOperations = 10000;
constexpr std::string_view kConverting = "error converting YAML to JSON: ";

PatchForm form_of(PatchType type) {
  return type == PatchType::Json    ? PatchForm::Json
         : type == PatchType::Merge ? PatchForm::Merge
                                    : PatchForm::Strategic;
}

// Members of a built-in type's metadata in the order in which Go writes them.
std::string metadata_text(const Value& metadata) {
  constexpr std::array<std::string_view, 15> kOrder = {"name",
                                                       "generateName",
                                                       "namespace",
                                                       "selfLink",
                                                       "uid",
                                                       "resourceVersion",
                                                       "generation",
                                                       "creationTimestamp",
                                                       "deletionTimestamp",
                                                       "deletionGracePeriodSeconds",
                                                       "labels",
                                                       "annotations",
                                                       "ownerReferences",
                                                       "finalizers",
                                                       "managedFields"};
  std::vector<std::string> members;
  for (const std::string_view name : kOrder) {
    if (const Value* found = find(metadata, {name}); found != nullptr) {
      members.push_back(fmt::format("\"{}\":{}", name, go_json(*found)));
    }
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

bool touches_metadata(PatchType type, const Value& patch) {
  if (type != PatchType::Json) {
    return patch.contains("metadata");
  }
  return std::ranges::any_of(patch, [](const Value& operation) {
    return text_at(operation, {"path"}).starts_with("/metadata") ||
           text_at(operation, {"from"}).starts_with("/metadata");
  });
}

// The document as the patch library leaves it: what it opened has its members sorted.
std::string document_text(const PatchBody& body, const Value& patch, const Value& document) {
  if (!document.is_object() || body.target.is_defined || touches_metadata(body.type, patch)) {
    return go_json(document);
  }
  std::vector<std::string> members;
  for (const auto& [name, member] : document.items()) {
    const bool is_metadata = name == "metadata" && member.is_object();
    members.push_back(
        fmt::format("{}:{}", go_json(name), is_metadata ? metadata_text(member) : go_json(member)));
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

Refusal wrong_patch(std::string text, std::string why) {
  FieldErrors errors;
  errors.invalid("patch", std::move(text), std::move(why));
  return invalid("", "", "", errors);
}

// A patch may make something else of an object; why that cannot be is told in the decoder's words.
Answer<void> check_kind(const Target& target, Value& document) {
  const std::string kind = text_at(document, {"kind"}, target.kind);
  const std::string api_version = text_at(document, {"apiVersion"}, target.api_version);
  if (document.is_object() && kind == target.kind && api_version == target.api_version) {
    document["kind"] = kind;
    document["apiVersion"] = api_version;
    return {};
  }
  StrictErrors unused;
  auto read = decode_body(document.dump(), {}, unused);
  if (!read) {
    return refuse(std::move(read.error()));
  }
  auto decoded = decode_object(target, document, unused);
  if (decoded) {
    return decoded;
  }
  Refusal refusal = std::move(decoded.error());
  const std::string prefix =
      fmt::format("{} in version \"{}\" cannot be handled as a {}: ",
                  kind,
                  std::string_view(api_version).substr(api_version.find('/') + 1),
                  target.kind);
  if (refusal.message.starts_with(prefix)) {
    refusal.message.erase(0, prefix.size());
  }
  return refuse(std::move(refusal));
}

Answer<Value> run(PatchType type, const Target& target, const Value& current, const Value& patch) {
  if (type == PatchType::Merge) {
    return merge_patch(current, patch);
  }
  if (type == PatchType::Json) {
    return json_patch(current, patch);
  }
  if (target.schema == nullptr) {
    return refuse(internal_error("no schema for a strategic patch of " + target.kind));
  }
  auto document = strategic_patch(*target.schema, current, patch);
  if (document) {
    (*document)["kind"] = target.kind;
    (*document)["apiVersion"] = target.api_version;
  }
  return document;
}

Refusal too_many(std::size_t count) {
  Refusal refusal;
  refusal.code = 413;
  refusal.reason = "RequestEntityTooLarge";
  refusal.message = fmt::format(
      "Request entity too large: The allowed maximum operations in a JSON patch is {}, got {}",
      kMostOperations,
      count);
  return refusal;
}

}  // namespace

Answer<PatchType> patch_type(const Exchange& exchange) {
  constexpr std::array<std::pair<std::string_view, PatchType>, 4> kTypes = {
      {{"application/json-patch+json", PatchType::Json},
       {"application/merge-patch+json", PatchType::Merge},
       {"application/strategic-merge-patch+json", PatchType::Strategic},
       {"application/apply-patch+yaml", PatchType::Apply}}};
  const std::string type = exchange.header("Content-Type");
  const std::string_view bare = std::string_view(type).substr(0, type.find(';'));
  const auto* const found =
      std::ranges::find(kTypes, bare, &std::pair<std::string_view, PatchType>::first);
  const bool is_defined = exchange.route.kind->is_defined();
  if (found != kTypes.end() && !(is_defined && found->second == PatchType::Strategic)) {
    return found->second;
  }
  Refusal refusal;
  refusal.code = 415;
  refusal.reason = "UnsupportedMediaType";
  if (is_defined) {
    refusal.message =
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  } else {
    refusal.message = "415: Unsupported Media Type";
    refusal.details = share(Value::object());
  }
  return refuse(std::move(refusal));
}

Answer<Value> patched(const PatchBody& body, const Value& current) {
  StrictErrors strict;
  const auto patch = decode_patch(body.text, form_of(body.type), strict);
  if (!patch) {
    return refuse(patch.error());
  }
  if (body.type == PatchType::Json && patch->size() > kMostOperations) {
    return refuse(too_many(patch->size()));
  }
  auto document = run(body.type, body.target, current, *patch);
  if (!document) {
    return document;
  }
  const auto shown = [&, kept = *document] {
    return body.type == PatchType::Strategic ? go_plain(*patch) : document_text(body, *patch, kept);
  };
  if (auto checked = check_kind(body.target, *document); !checked) {
    return refuse(wrong_patch(shown(), checked.error().message));
  }
  const bool strategic = body.type == PatchType::Strategic;
  if (auto decoded = decode_patched(body.target, *document, strict, strategic); !decoded) {
    return refuse(wrong_patch(shown(), decoded.error().message));
  }
  if (auto judged = judge_strict(strict, body.query.validation, body.warnings); !judged) {
    return refuse(wrong_patch(shown(), judged.error().message));
  }
  return document;
}

Answer<Value> applied(const PatchBody& body, const Value& current, const Manager& manager) {
  StrictErrors strict;
  auto config = read_config(body, strict);
  if (!config) {
    return config;
  }
  auto document = apply_config(body.target.schema, current, *config, manager, body.query.force);
  if (!document) {
    return document;
  }
  if (auto judged = judge_config(body, strict); !judged) {
    return refuse(std::move(judged.error()));
  }
  StrictErrors unknown;
  if (auto decoded = decode_patched(body.target, *document, unknown, true); !decoded) {
    return refuse(std::move(decoded.error()));
  }
  return document;
}

Answer<Value> read_config(const PatchBody& body, StrictErrors& strict) {
  auto config = read_yaml(body.text, strict);
  if (!config) {
    return refuse(
        bad_request(fmt::format("error decoding YAML: {}{}", kConverting, config.error())));
  }
  if (config->is_null()) {
    return Value::object();
  }
  if (!config->is_object()) {
    return refuse(bad_request(
        fmt::format("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: "
                    "cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    config->is_boolean() ? "bool" : config->type_name())));
  }
  return *std::move(config);
}

Answer<void> judge_config(const PatchBody& body, const StrictErrors& strict) {
  if (!strict.empty() && body.query.validation == FieldValidation::Strict) {
    return refuse(
        bad_request(fmt::format("error strict decoding YAML: {}{}", kConverting, strict.front())));
  }
  return judge_strict(strict, body.query.validation, body.warnings);
}

}  // namespace cfkops::sandbox
