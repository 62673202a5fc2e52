#pragma once

#include "kind.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// The column that every table begins with.
[[nodiscard]] Column name_column();

/// The column Age.
[[nodiscard]] Column created_column();

[[nodiscard]] Column column(std::string name,
                            std::string type,
                            std::string description,
                            int priority = 0);

/// The columns Containers and Images.
[[nodiscard]] Column containers_column();
[[nodiscard]] Column images_column();

/// What stands in them: "main,side".
[[nodiscard]] std::string container_names(const Value& pod_template);
[[nodiscard]] std::string container_images(const Value& pod_template);

/// A metav1.LabelSelector as text: "app=x,tier in (a,b)"; "<none>" where it is missing or empty.
[[nodiscard]] std::string selector_text(const Value* selector);

/// A map of labels as text: "a=b,c=d"; "<none>" for none.
[[nodiscard]] std::string labels_text(const Value& labels);

/// The names of a kind with all the verbs that most have.
[[nodiscard]] KindNames common_names(kube::Resource resource,
                                     std::vector<std::string> short_names = {},
                                     std::vector<std::string> categories = {});

/// The subresources that most have.
[[nodiscard]] SubresourceNames status_names(const std::string& kind);
[[nodiscard]] SubresourceNames scale_names();

}  // namespace cfkops::sandbox
