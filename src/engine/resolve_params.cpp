#include "references.hpp"
#include "secret_text.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/plan.hpp"

#include <optional>
#include <utility>

namespace cfkops::engine {
namespace {

/// Before the name of the variable that a secret is in.
constexpr std::string_view kEnvironment = "env:";

using runbook::Param;
using runbook::Type;
using runbook::Value;

std::string called(const Param& param) {
  return "parameter '" + param.name + "'";
}

Error unknown_param(const std::string& name, const runbook::Runbook& runbook) {
  std::vector<std::string> names;
  for (const Param& param : runbook.params) {
    names.push_back(param.name);
  }
  return make_error(
      ErrorCode::InvalidInput,
      "unknown parameter '" + name + "'" + base::did_you_mean(name, names),
      names.empty() ? "runbook " + runbook.name + " takes no parameters"
                    : "runbook " + runbook.name + " takes " + base::enumerate(names, names.size()));
}

Result<Value> typed(const Param& param, const std::string& text) {
  if (param.type.kind == Type::Kind::Secret) {
    CFKOPS_ASSIGN(Redacted secret, read_secret(param.name, text));
    return Value(std::move(secret));
  }
  auto value = runbook::convert(Value(text), param.type);
  if (!value) {
    Error error = std::move(value).error();
    error.code = ErrorCode::InvalidInput;  // also where it is a JSON text that does not parse
    return error;
  }
  CFKOPS_TRY(within_limits(param, *value));
  return value;
}

Error missing(const Param& param) {
  return make_error(ErrorCode::InvalidInput,
                    called(param) + " is required" + (param.doc.empty() ? "" : ": " + param.doc),
                    "give it with --param " + param.name + "=<" + param.type.text() + ">");
}

/// Nothing for an optional parameter that was left out.
Result<std::optional<Value>> resolve(const Param& param,
                                     const std::string* text,
                                     const Site& site) {
  const Reference reference{
      .name = called(param), .text = {}, .how = "--param " + param.name + "="};
  std::optional<Value> value = param.fallback;
  if (text != nullptr) {
    auto written = typed(param, *text);
    if (!written) {
      return std::move(written).error().in(called(param));
    }
    value = *std::move(written);
  }
  if (!value && param.type.kind == Type::Kind::Ref) {
    CFKOPS_ASSIGN(Value only, resolve_reference(reference, param.type, site));
    return std::optional<Value>(std::move(only));
  }
  if (!value && param.required) {
    return missing(param);
  }
  if (!value) {
    return std::optional<Value>();
  }
  CFKOPS_ASSIGN(Value resolved, resolve_references(*value, param.type, reference, site));
  return std::optional<Value>(std::move(resolved));
}

std::vector<Error> unknown_params(const RunRequest& request) {
  std::vector<Error> wrong;
  for (const auto& [name, text] : request.params) {
    if (request.runbook->param(name) == nullptr) {
      wrong.push_back(unknown_param(name, *request.runbook));
    }
  }
  return wrong;
}

/// One error as it is; several as one that lists them.
Error together(std::vector<Error> errors) {
  if (errors.size() == 1) {
    return std::move(errors.front());
  }
  std::vector<std::string> texts;
  std::vector<ErrorCause> causes;
  for (const Error& error : errors) {
    texts.push_back(error.text());
    causes.push_back(
        {.reason = std::string(base::to_string(error.code)), .field = "", .message = error.text()});
  }
  Error all = make_error(
      ErrorCode::InvalidInput,
      std::to_string(errors.size()) + " parameters are wrong: " + base::join(texts, "; "),
      errors.front().hint);
  all.causes = std::move(causes);
  return all;
}

bool names_a_secret(std::string_view text) {
  return text.starts_with('@') || text.starts_with(kEnvironment);
}

/// The text is not repeated: it is the secret, and the process list has shown it once already.
Error written_out(const std::string& name) {
  return make_error(ErrorCode::InvalidInput,
                    "a secret is not taken from the command line, where others can see it",
                    "write it to a file and give --param " + name + "=@FILE, or --param " + name +
                        "=env:VARIABLE");
}

/// What can be said of it without a cluster; of a secret not more than where it is, since what it
/// names may be readable only once.
Status check_text(const Param& param, const std::string& text) {
  if (param.type.kind == Type::Kind::Secret) {
    return names_a_secret(text) ? Status() : Status(written_out(param.name));
  }
  CFKOPS_TRY(typed(param, text));
  return {};
}

/// The variables that hold secrets: of one, or of a list.
void keep_from_children(const std::string& text) {
  for (const std::string& part : base::split(text, ',')) {
    if (part.starts_with(kEnvironment)) {
      base::keep_from_children(part.substr(kEnvironment.size()));
    }
  }
}

}  // namespace

bool mentions_secret(const runbook::Type& type) {
  return type.kind == runbook::Type::Kind::Secret ||
         std::any_of(type.arguments.begin(), type.arguments.end(), mentions_secret);
}

Result<Redacted> read_secret(const std::string& name, const std::string& text) {
  if (text.starts_with('@')) {
    CFKOPS_ASSIGN(std::string content,
                  base::read_file_or_pipe(text.substr(1), std::size_t{1} << 20U));
    if (content.ends_with('\n')) {
      content.pop_back();
    }
    return Redacted(std::move(content));
  }
  if (text.starts_with(kEnvironment)) {
    const std::string variable = text.substr(kEnvironment.size());
    std::string content = base::environment(variable);
    if (content.empty()) {
      return make_error(ErrorCode::InvalidInput,
                        "the environment variable " + variable + " is empty or not set");
    }
    return Redacted(std::move(content));
  }
  return written_out(name);
}

Status check_params(const RunRequest& request) {
  std::vector<Error> wrong = unknown_params(request);
  for (const Param& param : request.runbook->params) {
    const auto given = request.params.find(param.name);
    if (given == request.params.end()) {
      if (param.required && !param.fallback && param.type.kind != Type::Kind::Ref) {
        wrong.push_back(missing(param));
      }
      continue;
    }
    if (mentions_secret(param.type)) {
      keep_from_children(given->second);
    }
    if (Status checked = check_text(param, given->second); !checked) {
      wrong.push_back(std::move(checked).error().in(called(param)));
    }
  }
  if (!wrong.empty()) {
    return together(std::move(wrong));
  }
  return {};
}

Result<runbook::ValueMap> resolve_params(const RunRequest& request,
                                         const Catalogue& catalogue,
                                         kube::Reader& reader) {
  const Site site{.catalogue = catalogue, .reader = reader, .ns = request.ns};
  std::vector<Error> wrong = unknown_params(request);
  runbook::ValueMap values;
  for (const Param& param : request.runbook->params) {
    const auto given = request.params.find(param.name);
    auto value = resolve(param, given == request.params.end() ? nullptr : &given->second, site);
    if (!value && value.error().code != ErrorCode::InvalidInput) {
      return std::move(value).error();
    }
    if (!value) {
      wrong.push_back(std::move(value).error());
    } else if (*value) {
      values.emplace(param.name, **std::move(value));
    }
  }
  if (!wrong.empty()) {
    return together(std::move(wrong));
  }
  return values;
}

}  // namespace cfkops::engine
