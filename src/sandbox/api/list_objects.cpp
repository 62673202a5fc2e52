#include "api/handlers.hpp"
#include "api/list_options.hpp"
#include "api/page_token.hpp"
#include "registry_steps.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

// At what revision a list is made, and where it begins.
struct Beginning {
  std::uint64_t revision = 0;
  bool past = false;  // what was then, not what is now
  std::string start = {};
  std::int64_t limit = 0;
};

Answer<Beginning> continued(const ListOptions& options, Beginning begin) {
  if (!options.version.empty() && options.version != "0") {
    return refuse(bad_request("specifying resource version is not allowed when using continue"));
  }
  auto token = read_page_token(options.next);
  if (!token) {
    return refuse(std::move(token.error()));
  }
  begin.past = true;
  begin.revision = token->revision;
  begin.start = std::move(token->start);
  return begin;
}

Answer<Beginning> beginning(const ListOptions& options, std::uint64_t current) {
  Beginning begin;
  begin.revision = current;
  begin.limit = options.limit;
  if (!options.next.empty()) {
    return continued(options, std::move(begin));
  }
  const auto version = read_version(options.version);
  if (!version) {
    return refuse(bad_request("invalid resource version: " + version.error().message));
  }
  if (*version > current) {
    return refuse(version_too_large(*version, current));
  }
  if (options.version == "0") {
    begin.limit = 0;  // what the cache has is answered whole
  }
  const bool legacy_exact = options.match.empty() && options.limit > 0 && *version > 0;
  if (options.match == "Exact" || legacy_exact) {
    begin.past = true;
    begin.revision = *version;
  }
  return begin;
}

std::string key_of(const Route& route, const Value& object) {
  const std::string ns = route.ns.empty() ? namespace_of(object) : std::string();
  return ns.empty() ? name_of(object) : ns + "/" + name_of(object);
}

Answer<std::vector<Shared>> stored(const Store& store, const Route& route, const Beginning& begin) {
  const std::string bucket = route.kind->bucket();
  std::vector<Shared> objects;
  if (begin.past) {
    auto past = store.list_at(bucket, route.ns, begin.revision);
    if (!past) {
      return refuse(expired(begin.start.empty()
                                ? "The resourceVersion for the provided list is too old."
                                : "The provided continue parameter is too old to display a "
                                  "consistent list result. You must start a new list without the "
                                  "continue parameter."));
    }
    objects = std::move(*past);
  } else {
    objects = store.list(bucket, route.ns);
  }
  // etcd's order: that of the whole keys. Within one namespace it is the store's.
  if (route.ns.empty() && route.kind->resource().namespaced) {
    std::ranges::sort(objects, {}, [&route](const Shared& one) { return key_of(route, *one); });
  }
  if (!begin.start.empty()) {
    const auto first = std::ranges::find_if(objects, [&route, &begin](const Shared& one) {
      return key_of(route, *one) >= begin.start;
    });
    objects.erase(objects.begin(), first);
  }
  return objects;
}

struct Page {
  std::vector<Shared> items = {};
  std::size_t seen = 0;  // of the stored objects
};

Page page_of(const std::vector<Shared>& objects,
             const Kind& kind,
             const ListOptions& options,
             std::int64_t limit) {
  Page page;
  for (const Shared& object : objects) {
    ++page.seen;
    Shared item = shown(kind, object);
    if (selects(options, kind, *item)) {
      page.items.push_back(std::move(item));
    }
    if (limit > 0 && static_cast<std::int64_t>(page.items.size()) >= limit) {
      break;
    }
  }
  return page;
}

}  // namespace

Answer<kube::Response> list_objects(Registry& registry, Exchange& exchange) {
  auto form = negotiate(exchange);
  if (!form) {
    return refuse(std::move(form.error()));
  }
  const auto options = read_list_options(exchange, false);
  if (!options) {
    return refuse(options.error());
  }
  const auto begin = beginning(*options, registry.store().revision());
  if (!begin) {
    return refuse(begin.error());
  }
  const Route& route = exchange.route;
  const auto objects = stored(registry.store(), route, *begin);
  if (!objects) {
    return refuse(objects.error());
  }
  const Page page = page_of(*objects, *route.kind, *options, begin->limit);
  Value meta = {{"resourceVersion", std::to_string(begin->revision)}};
  if (const std::size_t left = objects->size() - page.seen; left > 0) {
    const std::string last =
        key_of(route, **(objects->begin() + static_cast<std::ptrdiff_t>(page.seen) - 1));
    meta["continue"] = write_page_token({begin->revision, last + '\0'});
    if (options->labels.empty() && options->fields.empty()) {
      meta["remainingItemCount"] = left;
    }
  }
  const WallTime now = registry.timeline().wall();
  return respond_list(exchange, *form, page.items, std::move(meta), now);
}

}  // namespace cfkops::sandbox
