#include "list_page.hpp"

#include "query.hpp"
#include "status_body.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/table.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::kube {

namespace {

constexpr const char* kCheckServer =
    "is the server's URL that of a Kubernetes API server, and does an extension of it serve this "
    "resource? See with: kubectl get apiservices";

/// "PodList" names its items' kind, also where ours was guessed.
std::string item_kind(const nlohmann::json& list, const Resource& resource) {
  const auto found = list.find("kind");
  if (found == list.end() || !found->is_string()) {
    return resource.kind;
  }
  const auto& kind = found->get_ref<const std::string&>();
  constexpr std::string_view kSuffix = "List";
  if (kind == kSuffix || !kind.ends_with(kSuffix)) {
    return resource.kind;
  }
  return kind.substr(0, kind.size() - kSuffix.size());
}

std::string text_at(const nlohmann::json& list, const char* pointer) {
  const nlohmann::json::json_pointer path(pointer);
  if (!list.contains(path) || !list.at(path).is_string()) {
    return {};
  }
  return list.at(path).get<std::string>();
}

Status take_items(nlohmann::json& items,
                  const Resource& resource,
                  const std::string& kind,
                  ListPage& page) {
  if (!items.is_array()) {
    return make_error(ErrorCode::Protocol,
                      "/items: expected array, got " + std::string(items.type_name()),
                      kCheckServer);
  }
  page.items.reserve(items.size());
  for (nlohmann::json& item : items) {
    if (!item.is_object()) {
      return make_error(ErrorCode::Protocol,
                        "/items: expected objects, got " + std::string(item.type_name()),
                        kCheckServer);
    }
    item.emplace("apiVersion", resource.api_version());
    item.emplace("kind", kind);
    page.items.emplace_back(Json(std::move(item)));
  }
  return {};
}

/// The page, where it is a list like any other; nothing where it has to be looked at closely.
std::optional<ListPage> known_page(std::string_view body,
                                   const Resource& resource,
                                   KnownItems& known) {
  const std::optional<SplitList> split = split_list(body);
  const Result<nlohmann::json> rest =
      split ? Json::parse_raw(split->rest) : Result<nlohmann::json>(nlohmann::json());
  if (!rest || !rest->is_object()) {
    return std::nullopt;
  }
  ListPage page;
  page.resource_version = text_at(*rest, "/metadata/resourceVersion");
  page.next = text_at(*rest, "/metadata/continue");
  page.items.reserve(split->items.size());
  const std::string kind = item_kind(*rest, resource);
  for (const std::string_view text : split->items) {
    std::optional<Object> item = known.object(text, resource.api_version(), kind);
    if (!item) {
      return std::nullopt;
    }
    page.items.push_back(*std::move(item));
  }
  known.end_page();
  return page;
}

}  // namespace

Result<ListPage> parse_list_page(std::string_view body,
                                 const Resource& resource,
                                 KnownItems* known) {
  if (known != nullptr) {
    if (std::optional<ListPage> page = known_page(body, resource, *known)) {
      return *std::move(page);
    }
  }
  Result<nlohmann::json> parsed = Json::parse_raw(body);
  if (!parsed) {
    return make_error(
        ErrorCode::Protocol, "expected a list: " + parsed.error().message, kCheckServer);
  }
  nlohmann::json& list = *parsed;
  if (!list.is_object()) {
    return make_error(
        ErrorCode::Protocol, "expected a list, got " + std::string(list.type_name()), kCheckServer);
  }
  ListPage page;
  page.resource_version = text_at(list, "/metadata/resourceVersion");
  page.next = text_at(list, "/metadata/continue");
  const auto items = list.find("items");
  if (items == list.end()) {
    return make_error(
        ErrorCode::Protocol,
        "expected a list, got " + base::printable(text_at(list, "/kind")) + " without items",
        kCheckServer);
  }
  if (!items->is_null()) {  // Go writes an empty slice so
    CFKOPS_TRY(take_items(*items, resource, item_kind(list, resource), page));
  }
  return page;
}

Result<std::string> each_item(std::string_view body,
                              const std::function<void(const Json&)>& visit) {
  const std::optional<SplitList> split = split_list(body);
  if (!split) {
    CFKOPS_ASSIGN(ListPage page, parse_list_page(body, {}));
    for (const Object& item : page.items) {
      visit(item.json());
    }
    return std::move(page.next);
  }
  for (const std::string_view text : split->items) {
    CFKOPS_ASSIGN(const Json item, Json::parse(text));
    visit(item);
  }
  CFKOPS_ASSIGN(const Json rest, Json::parse(split->rest));
  return rest.string_or("/metadata/continue", "");
}

std::string list_target(const ListQuery& query, int limit, std::string_view token) {
  Query parameters;
  if (limit > 0) {
    parameters.add("limit", std::to_string(limit));
  }
  parameters.add_if("continue", token)
      .add_if("labelSelector", query.options.label_selector)
      .add_if("fieldSelector", query.options.field_selector);
  std::string target = query.path + parameters.text();
  if (!query.extra.empty()) {
    target += parameters.text().empty() ? "?" : "&";
    target += query.extra;
  }
  return target;
}

Status Pager::turn(const std::string& next, const std::string& resource_version) {
  if (resource_version_.empty()) {
    resource_version_ = resource_version;
  }
  if (!next.empty() && next == token_) {
    return make_error(ErrorCode::Protocol,
                      "the server answers every page of the list with the same continue token",
                      kCheckServer);
  }
  token_ = next;
  done_ = next.empty();
  return {};
}

Pager::Recovery Pager::recover(const Response& response) {
  if (response.status != 410 || token_.empty() || restarted_) {
    return Recovery::None;
  }
  const std::string fresh = status_body(response.body).string_or("/metadata/continue", "");
  if (stale_ == Stale::GoOn && !fresh.empty() && fresh != token_) {
    token_ = fresh;
    return Recovery::Continue;
  }
  restarted_ = true;
  limit_ = 0;
  token_.clear();
  resource_version_.clear();
  return Recovery::Restart;
}

}  // namespace cfkops::kube
