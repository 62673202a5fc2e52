#pragma once

#include "cfkops/kube/reader.hpp"

#include <span>
#include <string>

namespace cfkops::engine {

/// The smallest roles that allow all of it, as YAML documents to give to an administrator: a Role
/// per namespace, a ClusterRole for what belongs to none or is asked of all, each called `name`.
/// Where `user` is not empty each is bound to that user. Names of objects are kept where the API
/// server can hold a request to them (not of create, list and watch). What another of the questions
/// covers, and what every authenticated user may do (reviews about oneself), is left out. "" where
/// nothing is left.
[[nodiscard]] std::string minimal_roles(std::span<const kube::AccessQuestion> questions,
                                        const std::string& name,
                                        const std::string& user);

}  // namespace cfkops::engine
