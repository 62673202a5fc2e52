#pragma once

#include "api/exchange.hpp"
#include "decode.hpp"
#include "registry.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// The parameters of a write, checked.
struct WriteQuery {
  FieldValidation validation = FieldValidation::Warn;
  std::string manager = {};
  bool dry_run = false;
  bool force = false;  ///< of an apply
};

/// What a write's parameters are called in refusals.
enum class WriteVerb { Create, Update, Patch, Apply };

/// dryRun, fieldManager, fieldValidation and force. Refused: 422 with a cause for each fault.
[[nodiscard]] Answer<WriteQuery> read_write_options(const Exchange& exchange, WriteVerb verb);

/// What the registry is told: the caller, the route's subresource, and where warnings go. Lives no
/// longer than the exchange.
[[nodiscard]] WriteOptions write_options(Exchange& exchange, const WriteQuery& query);

/// That a dry run, of a query or in options that came in a body, is one of "All".
void validate_dry_run(const Value& modes, FieldErrors& errors);

/// The values of a query as a list.
[[nodiscard]] Value query_list(const Query& query, std::string_view name);

/// The body of a create or update as an object of the target, with what a strict decoder says of
/// it. Refused: 400, 415.
[[nodiscard]] Answer<Value> read_object(Exchange& exchange,
                                        const Target& target,
                                        FieldValidation validation);

/// That an object has the name and namespace of the path; the namespace is filled in. Refused: 400.
[[nodiscard]] Answer<void> check_identity(const Route& route, Value& object);

/// A uid that is not that of the object: 409 in the words of the storage.
[[nodiscard]] Refusal other_uid(const Route& route, std::string_view asked, std::string_view found);

}  // namespace cfkops::sandbox
