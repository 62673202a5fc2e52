#pragma once

#include "list_items.hpp"

#include "cfkops/kube/reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// One answer to a list request.
struct ListPage {
  std::vector<Object> items;
  std::string resource_version;
  std::string next;  ///< the token of the page that follows, or ""
};

/// Reads a page; items get the apiVersion and kind that the server leaves out. `known` may be
/// nullptr. Errors: Protocol.
[[nodiscard]] Result<ListPage> parse_list_page(std::string_view body,
                                               const Resource& resource,
                                               KnownItems* known = nullptr);

/// What a list asks for besides the page.
struct ListQuery {
  std::string path;
  ListOptions options;
  std::string extra = {};  ///< further parameters, ready made: "&includeObject=None"
};

/// The target of one page; `limit` 0 asks for all.
[[nodiscard]] std::string list_target(const ListQuery& query, int limit, std::string_view token);

/// Decides what to ask for next while a list is read page by page; does no I/O.
class Pager {
 public:
  /// What to do after a 410 on a later page.
  enum class Stale {
    GoOn,      ///< with the server's token for the newest state, where it gives one
    StartOver  ///< so that the list is of one moment
  };

  Pager(ListQuery query, Stale stale)
      : query_(std::move(query)),
        stale_(stale),
        limit_(query_.options.page_size) {}

  [[nodiscard]] std::string target() const { return list_target(query_, limit_, token_); }

  /// A page came with this token for the next. Errors: Protocol, where the server leads in circles.
  Status turn(const std::string& next, const std::string& resource_version);

  [[nodiscard]] bool done() const { return done_; }

  /// The resourceVersion of the first page.
  [[nodiscard]] const std::string& resource_version() const { return resource_version_; }

  enum class Recovery { None, Continue, Restart };

  /// Whether an answer of 410 can be got over; after Restart what was read so far does not count.
  Recovery recover(const Response& response);

 private:
  ListQuery query_;
  Stale stale_;
  int limit_;
  std::string token_;
  std::string resource_version_;
  bool done_ = false;
  bool restarted_ = false;
};

}  // namespace cfkops::kube
