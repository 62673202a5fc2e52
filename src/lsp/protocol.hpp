#pragma once

#include "diagnostics.hpp"
#include "document.hpp"
#include "features.hpp"

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

// The protocol's records, as JSON and from it.
namespace cfkops::lsp {

/// What a client can do with what it is sent.
struct ClientAbilities {
  Encoding encoding = Encoding::Utf16;
  bool markdown = true;            ///< of hovers
  bool markdown_in_items = false;  ///< of completion
};

/// From the params of `initialize`. Of the encodings that the client can take, the first that we
/// can as well; it must be able to take UTF-16.
[[nodiscard]] ClientAbilities read_abilities(const Json& params);

/// The result of `initialize`.
[[nodiscard]] Json initialize_result(const ClientAbilities& abilities);

/// Errors: InvalidInput where a member is missing or no number from 0.
[[nodiscard]] Result<Position> read_position(const Json& position);
[[nodiscard]] Result<Range> read_range(const Json& range);

[[nodiscard]] Json to_json(const std::optional<Hover>& hover,
                           const Document& document,
                           const ClientAbilities& abilities);
[[nodiscard]] Json to_json(const Completion& completion,
                           const Document& document,
                           const ClientAbilities& abilities);

/// A place in the document of that URI, or null.
[[nodiscard]] Json to_json(const std::optional<ByteSpan>& declared,
                           const Document& document,
                           const std::string& uri);

/// The beginning of the document of that URI.
[[nodiscard]] Json file_json(const std::string& uri);

/// The params of `textDocument/publishDiagnostics`. `docs` is the URI of the documentation, or "".
[[nodiscard]] Json findings_json(const std::string& uri,
                                 std::optional<std::int64_t> version,
                                 std::span<const Finding> findings,
                                 const Document& document,
                                 const std::string& docs);

/// The params of `window/showMessage` of an error.
[[nodiscard]] Json error_json(const std::string& message);

}  // namespace cfkops::lsp
