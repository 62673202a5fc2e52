#pragma once

#include "api/responder.hpp"
#include "api/route.hpp"
#include "caller.hpp"
#include "decode.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

class Programs;

/// One request on its way to its answer; what every handler is given.
struct Exchange {
  const kube::Request& request;
  const Route& route;
  const Query& query;
  const Caller& caller;
  std::vector<std::string> warnings = {};  ///< become Warning headers (299)
  const Programs* programs = nullptr;      ///< what runs in pods; nullptr: nothing
  WallTime now = {};                       ///< of the answer; epoch: it tells no Date

  [[nodiscard]] std::string header(std::string_view name) const;
};

/// In what form an object or list goes out.
struct Form {
  enum class As { Whole, Table, Partial };
  As as = As::Whole;
  bool yaml = false;  ///< asked for as YAML
  bool beta = false;  ///< a Table or metadata in version v1beta1
};

/// Whether a path that can answer in text, JSON, … has something that the Accept header takes:
/// each a type and subtype.
[[nodiscard]] bool accepts_any(const Exchange& exchange,
                               const std::vector<std::string_view>& types);

/// A text as it is.
[[nodiscard]] kube::Response respond_text(const Exchange& exchange, int status, std::string text);

/// What the Accept header asks for. Refused: 406.
[[nodiscard]] Answer<Form> negotiate(const Exchange& exchange);

/// 200 or another status with a JSON body and the exchange's warnings.
[[nodiscard]] kube::Response respond(const Exchange& exchange, int status, const Value& body);

/// An object of the route's kind, in the form that was asked for.
[[nodiscard]] kube::Response respond_object(
    const Exchange& exchange, const Form& form, int status, const Shared& object, WallTime now);

/// 200 with a list of the route's kind, in the form that was asked for. `list_meta` has
/// resourceVersion, continue, ….
[[nodiscard]] kube::Response respond_list(const Exchange& exchange,
                                          const Form& form,
                                          const std::vector<Shared>& items,
                                          Value list_meta,
                                          WallTime now);

[[nodiscard]] kube::Response respond_refusal(const Exchange& exchange, const Refusal& refusal);

/// A list's items in a form: the body as it goes out. `list_meta` has resourceVersion, continue, ….
[[nodiscard]] Value list_body(const Exchange& exchange,
                              const Form& form,
                              const Kind& kind,
                              const std::vector<Shared>& items,
                              Value list_meta,
                              WallTime now);

/// One object in a form (table rows with columns or without, partial metadata, or itself).
[[nodiscard]] Value object_body(const Exchange& exchange,
                                const Form& form,
                                const Kind& kind,
                                const Shared& object,
                                WallTime now,
                                bool with_columns);

}  // namespace cfkops::sandbox
