#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// The annotation by which an object that a run has made is known: the run's id.
inline constexpr std::string_view kMadeBy = "cfkops.dev/made-by";

/// The object as somebody wrote it: without what the server and its controllers set, so that it can
/// be made anew. Of its owners only kind and name are left.
[[nodiscard]] Json kept_form(const kube::Object& object);

/// What `kept_form` gives, for another namespace: references to the one it was in lead there, and
/// what can be there once only (node ports) is left to the server.
[[nodiscard]] Json in_namespace(const Json& kept,
                                const std::string& from,
                                const std::string& other);

/// `kept` as what is to stand in the place of `now`: with what the server and its controllers have
/// set there.
[[nodiscard]] Json in_place_of(const kube::Object& now, const Json& kept);

/// Why an object is not kept, or "": it is on its way out, somebody makes it again.
[[nodiscard]] std::string why_left_out(const kube::Object& object);

/// No object of this resource is kept: they tell of a moment, would run again, or are made by
/// others.
[[nodiscard]] bool is_passing(const kube::Resource& resource);

/// The place of a kind in the order of creation, lowest first: what others need comes before them.
[[nodiscard]] int rank_of(std::string_view kind);

/// "deployment shop/web"
[[nodiscard]] std::string text_of(const Json& object);

/// What serves an object of these `apiVersion` and `kind`. Errors: InvalidInput where it does not
/// say so; NotFound where the server does not serve that version of it.
[[nodiscard]] Result<kube::Resource> resource_of(kube::Reader& reader, const Json& object);

}  // namespace cfkops::actions
