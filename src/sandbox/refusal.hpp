#pragma once

#include "value.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What is wrong with one field, in the words of the API server
/// (apimachinery pkg/util/validation/field/errors.go).
struct FieldError {
  enum class Type {
    NotFound,
    Required,
    Duplicate,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    TooMany,
    Internal,
    TypeInvalid,
  };

  Type type = Type::Invalid;
  std::string field;   ///< "spec.template.spec.containers[0].name"
  std::string detail;  ///< what follows the value: "must be greater than zero"
  std::string
      value;  ///< the bad value as Go prints it, quotes included; unused where there is none

  /// "Invalid value: \"x\": must be …": the message of a cause.
  [[nodiscard]] std::string body() const;
};

/// Collects what is wrong, all of it.
class FieldErrors {
 public:
  void required(std::string field, std::string detail = {});
  void invalid(std::string field, const Value& value, std::string detail);
  void forbidden(std::string field, std::string detail);
  void duplicate(std::string field, const Value& value);
  /// `supported` in the order in which the API server names them.
  void not_supported(std::string field,
                     const Value& value,
                     const std::vector<std::string>& supported);
  void not_found(std::string field, const Value& value);
  void too_long(std::string field, int most);
  void too_many(std::string field, int found, int most);
  void add(FieldError error);

  [[nodiscard]] bool empty() const { return errors_.empty(); }

  [[nodiscard]] const std::vector<FieldError>& all() const { return errors_; }

 private:
  std::vector<FieldError> errors_;
};

/// An answer other than success: what becomes a Status body (meta/v1).
struct Refusal {
  int code = 500;
  std::string reason = "InternalError";
  std::string message;
  /// `details` of the Status without retryAfterSeconds; null for none.
  Shared details = {};
  std::optional<int> retry_after = {};  ///< seconds: details and the header Retry-After
  std::string plain = {};               ///< answered as text/plain instead of a Status, if not ""

  /// The whole Status object.
  [[nodiscard]] Value status() const;
};

/// A value, or why not.
template <class T>
using Answer = tl::expected<T, Refusal>;

/// Ends a function that returns an Answer: `return refuse(not_found(…));`
[[nodiscard]] tl::unexpected<Refusal> refuse(Refusal refusal);

/// One without details.
[[nodiscard]] Refusal bare_refusal(int code, std::string_view reason, std::string_view message);

/// The errors of apimachinery pkg/api/errors. `group` and `plural` name the resource, `kind` the
/// kind; the details carry them as the API server does.
[[nodiscard]] Refusal not_found(std::string_view group,
                                std::string_view plural,
                                std::string_view name);
[[nodiscard]] Refusal already_exists(std::string_view group,
                                     std::string_view plural,
                                     std::string_view name);
[[nodiscard]] Refusal conflict(std::string_view group,
                               std::string_view plural,
                               std::string_view name,
                               std::string_view why);
[[nodiscard]] Refusal invalid(std::string_view group,
                              std::string_view kind,
                              std::string_view name,
                              const FieldErrors& errors);
[[nodiscard]] Refusal bad_request(std::string_view why);
[[nodiscard]] Refusal forbidden(std::string_view group,
                                std::string_view plural,
                                std::string_view name,
                                std::string_view why);
[[nodiscard]] Refusal method_not_supported(std::string_view group,
                                           std::string_view plural,
                                           std::string_view action);
[[nodiscard]] Refusal too_many_requests(std::string_view message, int retry_after);
[[nodiscard]] Refusal expired(std::string_view message);
[[nodiscard]] Refusal internal_error(std::string_view why);
/// 404 as the mux gives it: "404 page not found" in plain text.
[[nodiscard]] Refusal page_not_found();

/// "statefulsets.apps", "pods": how messages name a resource or kind and its group.
[[nodiscard]] std::string with_group(std::string_view word, std::string_view group);

/// A text in Go's double quotes, as %q prints it.
[[nodiscard]] std::string go_quoted(std::string_view text);

/// A value as Go's encoding/json writes it, with <, > and & escaped; members in the order of their
/// names, so that of a struct only if its fields are sorted.
[[nodiscard]] std::string go_json(const Value& value);

}  // namespace cfkops::sandbox
