#pragma once

#include "names.hpp"
#include "refusal.hpp"
#include "value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// What is wrong with a word, as in names.hpp; empty where nothing.
[[nodiscard]] Faults port_name_faults(std::string_view name);
[[nodiscard]] Faults port_number_faults(std::int64_t number);
[[nodiscard]] Faults config_key_faults(std::string_view key);
[[nodiscard]] Faults variable_faults(std::string_view name);
[[nodiscard]] Faults header_faults(std::string_view name);

/// "must be between 1 and 65535, inclusive"
[[nodiscard]] std::string between(std::int64_t least, std::int64_t most);

/// Whether it is an IPv4 or IPv6 address, as lenient as Go was about leading zeros.
[[nodiscard]] bool is_address(std::string_view text);
[[nodiscard]] bool is_address6(std::string_view text);

/// An Invalid for each fault.
void report(const Faults& faults,
            const Value& value,
            const std::string& field,
            FieldErrors& errors);

/// A port as number or name, missing meaning 0, at `field`.
void validate_port(const Value* port, const std::string& field, FieldErrors& errors);

/// An IP address at `field`.
void validate_address(const std::string& text, const std::string& field, FieldErrors& errors);

/// That `value` is one of those, named in this order; "" is a Required.
void validate_choice(const Value& in,
                     std::string_view name,
                     const std::string& path,
                     const std::vector<std::string>& choices,
                     FieldErrors& errors);

/// A number at or above zero, 0777 at most, if it is there.
void validate_mode(const Value& in,
                   std::string_view name,
                   const std::string& path,
                   FieldErrors& errors);

}  // namespace cfkops::sandbox
