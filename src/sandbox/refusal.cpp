#include "refusal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

struct TypeWords {
  std::string_view reason;  // of the cause
  std::string_view words;
};

TypeWords words_of(FieldError::Type type) {
  switch (type) {
    case FieldError::Type::NotFound:
      return {"FieldValueNotFound", "Not found"};
    case FieldError::Type::Required:
      return {"FieldValueRequired", "Required value"};
    case FieldError::Type::Duplicate:
      return {"FieldValueDuplicate", "Duplicate value"};
    case FieldError::Type::NotSupported:
      return {"FieldValueNotSupported", "Unsupported value"};
    case FieldError::Type::Forbidden:
      return {"FieldValueForbidden", "Forbidden"};
    case FieldError::Type::TooLong:
      return {"FieldValueTooLong", "Too long"};
    case FieldError::Type::TooMany:
      return {"FieldValueTooMany", "Too many"};
    case FieldError::Type::Internal:
      return {"InternalError", "Internal error"};
    case FieldError::Type::TypeInvalid:
      return {"FieldValueTypeInvalid", "Invalid value"};
    case FieldError::Type::Invalid:
      break;
  }
  return {"FieldValueInvalid", "Invalid value"};
}

bool shows_value(FieldError::Type type) {
  return type != FieldError::Type::Required && type != FieldError::Type::Forbidden &&
         type != FieldError::Type::TooLong && type != FieldError::Type::Internal;
}

std::string printed(const Value& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text == nullptr ? go_json(value) : go_quoted(*text);
}

// Members that Go's omitempty leaves out are left out.
void set_text(Value& in, const char* name, std::string_view text) {
  if (!text.empty()) {
    in[name] = std::string(text);
  }
}

Value details_of(std::string_view group, std::string_view kind, std::string_view name) {
  Value details = Value::object();
  set_text(details, "group", group);
  set_text(details, "kind", kind);
  set_text(details, "name", name);
  return details;
}

Refusal about(int code, std::string_view reason, std::string message, Value details) {
  Refusal refusal;
  refusal.code = code;
  refusal.reason = reason;
  refusal.message = std::move(message);
  refusal.details = share(std::move(details));
  return refusal;
}

Value causes_of(const FieldErrors& errors) {
  Value causes = Value::array();
  for (const FieldError& error : errors.all()) {
    Value cause = Value::object();
    set_text(cause, "reason", words_of(error.type).reason);
    set_text(cause, "message", error.body());
    set_text(cause, "field", error.field);
    causes.push_back(std::move(cause));
  }
  return causes;
}

// Go's aggregate: each text once, in brackets where there are several.
std::string joined(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const FieldError& error : errors.all()) {
    std::string text = error.field + ": " + error.body();
    if (std::ranges::find(texts, text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  return texts.size() == 1 ? texts.front() : fmt::format("[{}]", fmt::join(texts, ", "));
}

void append_escaped(std::string& to, char letter) {
  constexpr std::array<std::pair<char, std::string_view>, 9> kNamed = {{{'"', "\\\""},
                                                                        {'\\', "\\\\"},
                                                                        {'\a', "\\a"},
                                                                        {'\b', "\\b"},
                                                                        {'\f', "\\f"},
                                                                        {'\n', "\\n"},
                                                                        {'\r', "\\r"},
                                                                        {'\t', "\\t"},
                                                                        {'\v', "\\v"}}};
  const auto* const named =
      std::ranges::find(kNamed, letter, &std::pair<char, std::string_view>::first);
  const auto code = static_cast<unsigned char>(letter);
  if (named != kNamed.end()) {
    to += named->second;
  } else if (code < 0x20 || code == 0x7f) {
    to += fmt::format("\\x{:02x}", code);
  } else {
    to += letter;
  }
}

}  // namespace

std::string FieldError::body() const {
  std::string text{words_of(type).words};
  if (shows_value(type) && !value.empty()) {
    text += ": " + value;
  }
  if (!detail.empty()) {
    text += ": " + detail;
  }
  return text;
}

void FieldErrors::required(std::string field, std::string detail) {
  add({FieldError::Type::Required, std::move(field), std::move(detail), {}});
}

void FieldErrors::invalid(std::string field, const Value& value, std::string detail) {
  add({FieldError::Type::Invalid, std::move(field), std::move(detail), printed(value)});
}

void FieldErrors::forbidden(std::string field, std::string detail) {
  add({FieldError::Type::Forbidden, std::move(field), std::move(detail), {}});
}

void FieldErrors::duplicate(std::string field, const Value& value) {
  add({FieldError::Type::Duplicate, std::move(field), {}, printed(value)});
}

void FieldErrors::not_supported(std::string field,
                                const Value& value,
                                const std::vector<std::string>& supported) {
  std::string detail;
  for (const std::string& one : supported) {
    detail += (detail.empty() ? "supported values: " : ", ") + go_quoted(one);
  }
  add({FieldError::Type::NotSupported, std::move(field), std::move(detail), printed(value)});
}

void FieldErrors::not_found(std::string field, const Value& value) {
  add({FieldError::Type::NotFound, std::move(field), {}, printed(value)});
}

void FieldErrors::too_long(std::string field, int most) {
  std::string detail =
      most < 0 ? std::string("value is too long")
               : fmt::format("may not be more than {} byte{}", most, most == 1 ? "" : "s");
  add({FieldError::Type::TooLong, std::move(field), std::move(detail), {}});
}

void FieldErrors::too_many(std::string field, int found, int most) {
  std::string detail = most < 0
                           ? std::string("has too many items")
                           : fmt::format("must have at most {} item{}", most, most == 1 ? "" : "s");
  std::string value = found < 0 ? std::string() : std::to_string(found);
  add({FieldError::Type::TooMany, std::move(field), std::move(detail), std::move(value)});
}

void FieldErrors::add(FieldError error) {
  errors_.push_back(std::move(error));
}

Value Refusal::status() const {
  Value status = {{"kind", "Status"},
                  {"apiVersion", "v1"},
                  {"metadata", Value::object()},
                  {"status", "Failure"},
                  {"code", code}};
  set_text(status, "message", message);
  set_text(status, "reason", reason);
  if (details != nullptr) {
    status["details"] = *details;
  }
  if (retry_after.value_or(0) != 0) {
    make_at(status, {"details", "retryAfterSeconds"}) = *retry_after;
  }
  return status;
}

tl::unexpected<Refusal> refuse(Refusal refusal) {
  return tl::unexpected<Refusal>(std::move(refusal));
}

Refusal bare_refusal(int code, std::string_view reason, std::string_view message) {
  Refusal refusal;
  refusal.code = code;
  refusal.reason = reason;
  refusal.message = message;
  return refusal;
}

Refusal not_found(std::string_view group, std::string_view plural, std::string_view name) {
  return about(404,
               "NotFound",
               fmt::format("{} {} not found", with_group(plural, group), go_quoted(name)),
               details_of(group, plural, name));
}

Refusal already_exists(std::string_view group, std::string_view plural, std::string_view name) {
  return about(409,
               "AlreadyExists",
               fmt::format("{} {} already exists", with_group(plural, group), go_quoted(name)),
               details_of(group, plural, name));
}

Refusal conflict(std::string_view group,
                 std::string_view plural,
                 std::string_view name,
                 std::string_view why) {
  return about(409,
               "Conflict",
               fmt::format("Operation cannot be fulfilled on {} {}: {}",
                           with_group(plural, group),
                           go_quoted(name),
                           why),
               details_of(group, plural, name));
}

Refusal invalid(std::string_view group,
                std::string_view kind,
                std::string_view name,
                const FieldErrors& errors) {
  Value details = details_of(group, kind, name);
  std::string message = fmt::format("{} {} is invalid", with_group(kind, group), go_quoted(name));
  if (!errors.empty()) {
    details["causes"] = causes_of(errors);
    message += ": " + joined(errors);
  }
  return about(422, "Invalid", std::move(message), std::move(details));
}

Refusal bad_request(std::string_view why) {
  return bare_refusal(400, "BadRequest", why);
}

Refusal forbidden(std::string_view group,
                  std::string_view plural,
                  std::string_view name,
                  std::string_view why) {
  std::string message;
  if (group.empty() && plural.empty()) {
    message = fmt::format("forbidden: {}", why);
  } else if (name.empty()) {
    message = fmt::format("{} is forbidden: {}", with_group(plural, group), why);
  } else {
    message =
        fmt::format("{} {} is forbidden: {}", with_group(plural, group), go_quoted(name), why);
  }
  return about(403, "Forbidden", std::move(message), details_of(group, plural, name));
}

Refusal method_not_supported(std::string_view group,
                             std::string_view plural,
                             std::string_view action) {
  return about(405,
               "MethodNotAllowed",
               fmt::format("{} is not supported on resources of kind {}",
                           action,
                           go_quoted(with_group(plural, group))),
               details_of(group, plural, {}));
}

Refusal too_many_requests(std::string_view message, int retry_after) {
  Refusal refusal = about(429, "TooManyRequests", std::string(message), Value::object());
  if (retry_after != 0) {
    refusal.retry_after = retry_after;
  }
  return refusal;
}

Refusal expired(std::string_view message) {
  return bare_refusal(410, "Expired", message);
}

Refusal internal_error(std::string_view why) {
  Value cause = Value::object();
  set_text(cause, "message", why);
  Value details = Value::object();
  details["causes"] = Value::array({std::move(cause)});
  return about(
      500, "InternalError", fmt::format("Internal error occurred: {}", why), std::move(details));
}

Refusal page_not_found() {
  Refusal refusal = bare_refusal(404, "NotFound", "404 page not found");
  refusal.plain = "404 page not found\n";
  return refusal;
}

std::string with_group(std::string_view word, std::string_view group) {
  return group.empty() ? std::string(word) : fmt::format("{}.{}", word, group);
}

std::string go_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    append_escaped(quoted, letter);
  }
  return quoted + '"';
}

std::string go_json(const Value& value) {
  const std::string plain = value.dump(-1, ' ', false, Value::error_handler_t::replace);
  std::string escaped;
  for (const char letter : plain) {
    if (letter == '<' || letter == '>' || letter == '&') {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

}  // namespace cfkops::sandbox
