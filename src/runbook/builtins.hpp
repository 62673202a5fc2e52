#pragma once

#include "functions.hpp"

/// The functions of the table in functions.cpp that have files of their own.
namespace cfkops::runbook {

// time_functions.cpp
[[nodiscard]] Computed to_duration_function(const FunctionCall& call);
[[nodiscard]] Computed to_timestamp_function(const FunctionCall& call);
[[nodiscard]] Computed get_full_year(const FunctionCall& call);
[[nodiscard]] Computed get_month(const FunctionCall& call);
[[nodiscard]] Computed get_day_of_month(const FunctionCall& call);
[[nodiscard]] Computed get_date(const FunctionCall& call);
[[nodiscard]] Computed get_day_of_week(const FunctionCall& call);
[[nodiscard]] Computed get_day_of_year(const FunctionCall& call);
[[nodiscard]] Computed get_hours(const FunctionCall& call);
[[nodiscard]] Computed get_minutes(const FunctionCall& call);
[[nodiscard]] Computed get_seconds(const FunctionCall& call);
[[nodiscard]] Computed get_milliseconds(const FunctionCall& call);

// conversions.cpp
[[nodiscard]] Computed to_int_function(const FunctionCall& call);
[[nodiscard]] Computed to_uint_function(const FunctionCall& call);
[[nodiscard]] Computed to_double_function(const FunctionCall& call);
[[nodiscard]] Computed to_bool_function(const FunctionCall& call);
[[nodiscard]] Computed to_string_function(const FunctionCall& call);
[[nodiscard]] Computed to_bytes_function(const FunctionCall& call);
[[nodiscard]] Computed type_function(const FunctionCall& call);

/// It is text.
[[nodiscard]] bool is_utf8(std::string_view text);

// string_functions.cpp
[[nodiscard]] Computed char_at(const FunctionCall& call);
[[nodiscard]] Computed index_of(const FunctionCall& call);
[[nodiscard]] Computed last_index_of(const FunctionCall& call);
[[nodiscard]] Computed lower_ascii(const FunctionCall& call);
[[nodiscard]] Computed upper_ascii(const FunctionCall& call);
[[nodiscard]] Computed quote(const FunctionCall& call);
[[nodiscard]] Computed replace(const FunctionCall& call);
[[nodiscard]] Computed reverse(const FunctionCall& call);
[[nodiscard]] Computed split(const FunctionCall& call);
[[nodiscard]] Computed substring(const FunctionCall& call);
[[nodiscard]] Computed trim(const FunctionCall& call);
[[nodiscard]] Computed find_match(const FunctionCall& call);
[[nodiscard]] Computed find_all_matches(const FunctionCall& call);

/// How many times `part` stands in `text`, one after the other; between all characters where it is
/// empty.
[[nodiscard]] std::size_t count_parts(std::string_view text, std::string_view part);

/// Where `part` stands in `text` at or after byte `from`; npos where it does not. Linear.
[[nodiscard]] std::size_t find_text(std::string_view text, std::string_view part, std::size_t from);

// format_function.cpp
[[nodiscard]] Computed format_text(const FunctionCall& call);

// list_functions.cpp
[[nodiscard]] Computed is_sorted(const FunctionCall& call);
[[nodiscard]] Computed join(const FunctionCall& call);
[[nodiscard]] Computed max_of(const FunctionCall& call);
[[nodiscard]] Computed min_of(const FunctionCall& call);
[[nodiscard]] Computed sum_of(const FunctionCall& call);
[[nodiscard]] Computed index_in_list(const FunctionCall& call, bool last);

// optional_functions.cpp
[[nodiscard]] Computed optional_none(const FunctionCall& call);
[[nodiscard]] Computed optional_of(const FunctionCall& call);
[[nodiscard]] Computed optional_of_non_zero(const FunctionCall& call);
[[nodiscard]] Computed has_value(const FunctionCall& call);
[[nodiscard]] Computed or_optional(const FunctionCall& call);
[[nodiscard]] Computed or_value(const FunctionCall& call);
[[nodiscard]] Computed value_function(const FunctionCall& call);

// kubernetes_functions.cpp
[[nodiscard]] Computed quantity_function(const FunctionCall& call);
[[nodiscard]] Computed is_quantity(const FunctionCall& call);
[[nodiscard]] Computed add_quantity(const FunctionCall& call);
[[nodiscard]] Computed subtract_quantity(const FunctionCall& call);
[[nodiscard]] Computed as_integer(const FunctionCall& call);
[[nodiscard]] Computed as_approximate_float(const FunctionCall& call);
[[nodiscard]] Computed is_integer(const FunctionCall& call);
[[nodiscard]] Computed sign_of(const FunctionCall& call);
[[nodiscard]] Computed compare_to(const FunctionCall& call);
[[nodiscard]] Computed is_greater_than(const FunctionCall& call);
[[nodiscard]] Computed is_less_than(const FunctionCall& call);
[[nodiscard]] Computed semver_function(const FunctionCall& call);
[[nodiscard]] Computed is_semver(const FunctionCall& call);
[[nodiscard]] Computed major_of(const FunctionCall& call);
[[nodiscard]] Computed minor_of(const FunctionCall& call);
[[nodiscard]] Computed patch_of(const FunctionCall& call);

}  // namespace cfkops::runbook
