#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What is wrong with a name, in the words of apimachinery pkg/util/validation; empty where
/// nothing.
using Faults = std::vector<std::string>;

[[nodiscard]] Faults dns_subdomain_faults(std::string_view name);
[[nodiscard]] Faults dns_label_faults(std::string_view name);
[[nodiscard]] Faults dns1035_label_faults(std::string_view name);

/// "app", "example.com/app": keys of labels and annotations, finalizers.
[[nodiscard]] Faults qualified_name_faults(std::string_view name);
[[nodiscard]] Faults label_value_faults(std::string_view value);

/// What cannot stand between two slashes of a URL.
[[nodiscard]] Faults path_segment_faults(std::string_view name);

/// "must be no more than 63 characters"
[[nodiscard]] std::string too_many_letters(int most);

}  // namespace cfkops::sandbox
