#pragma once

#include "api/exchange.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

// Each answers one kind of request; the file api/<name>.cpp holds it.

/// GET of one object.
[[nodiscard]] Answer<kube::Response> get_object(Registry& registry, Exchange& exchange);

/// GET of a collection: selectors, limit and continue, resourceVersion(Match), Table.
[[nodiscard]] Answer<kube::Response> list_objects(Registry& registry, Exchange& exchange);

/// POST, PUT, PATCH, DELETE of objects and collections, status included.
[[nodiscard]] Answer<kube::Response> create_object(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> update_object(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> patch_object(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> delete_object(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> delete_collection(Registry& registry, Exchange& exchange);

/// Subresources with rules of their own.
[[nodiscard]] Answer<kube::Response> evict_pod(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> bind_pod(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> serve_scale(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> make_token(Registry& registry, Exchange& exchange);
[[nodiscard]] Answer<kube::Response> serve_log(Registry& registry, Exchange& exchange);
/// To what listens in a pod, or in a pod of a service; what it answers goes out as it is.
[[nodiscard]] Answer<kube::Response> serve_proxy(Registry& registry, Exchange& exchange);
/// To the kubelet of a node; `path` begins with a slash. It serves GET of /stats/summary alone.
[[nodiscard]] Answer<kube::Response> serve_kubelet(Registry& registry,
                                                   Exchange& exchange,
                                                   const std::string& node,
                                                   std::string_view path);
/// exec, attach and portforward that do not ask for a WebSocket: refused.
[[nodiscard]] Answer<kube::Response> serve_exec(Registry& registry, Exchange& exchange);
/// The same over a WebSocket: runs a command to its end. Refused: before the upgrade.
[[nodiscard]] Answer<void> open_exec(Registry& registry, Exchange& exchange, SocketPeer& peer);

/// Reviews of access and of oneself.
[[nodiscard]] Answer<kube::Response> review_access(Registry& registry, Exchange& exchange);

/// /api, /apis, /version, /healthz, …
[[nodiscard]] Answer<kube::Response> discover(Registry& registry, Exchange& exchange);

}  // namespace cfkops::sandbox
