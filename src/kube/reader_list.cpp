#include "list_page.hpp"
#include "write_request.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/api_status.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/kube/table.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::kube {

namespace {

using Send = std::function<Result<Response>(const Request&)>;

/// Told of every page, and of a start from the beginning, before which nothing counts.
struct PageSink {
  std::function<void()> restart;
  std::function<Status(const Response&, Pager&)> page;
};

/// Gets over a page that was refused, where that is possible.
Status recover(Pager& pager,
               const Response& response,
               const PageSink& sink,
               const std::string& what) {
  switch (pager.recover(response)) {
    case Pager::Recovery::None:
      return error_of(response, what);
    case Pager::Recovery::Continue:
      break;
    case Pager::Recovery::Restart:
      sink.restart();
      break;
  }
  return {};
}

Status read_pages(Pager& pager, const Send& send, const PageSink& sink, const std::string& what) {
  while (!pager.done()) {
    CFKOPS_ASSIGN(const Response response, send({.target = pager.target()}));
    CFKOPS_TRY(response.status < 400 ? sink.page(response, pager)
                                     : recover(pager, response, sink, what));
  }
  return {};
}

/// With what was being done, where an error does not say it yet.
Status said(Status read, const std::string& what) {
  return read || !read.error().context.empty() ? read : Status(std::move(read).error().in(what));
}

std::string cell_text(const Json& cell) {
  if (cell.is_null()) {
    return {};
  }
  return cell.is_string() ? cell.string_or("", "") : cell.dump();
}

/// Adds one page of a Table; the columns come with the first. Gives the token of the next one.
Result<std::string> add_table_page(const Json& json, Table& table) {
  if (json.string_or("/kind", "") != "Table") {
    return make_error(
        ErrorCode::Protocol,
        "expected a Table, got " + base::printable(json.string_or("/kind", "something else")),
        "the server of this resource cannot render tables: list the objects instead");
  }
  if (table.columns.empty()) {
    for (const Json& column : json.items("/columnDefinitions")) {
      table.columns.push_back(
          {column.string_or("/name", ""), static_cast<int>(column.int_or("/priority", 0))});
    }
  }
  for (const Json& row : json.items("/rows")) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    for (const Json& cell : row.items("/cells")) {
      cells.push_back(cell_text(cell));
    }
  }
  return json.string_or("/metadata/continue", "");
}

}  // namespace

Result<std::string> add_table_page(std::string_view body, Table& table) {
  CFKOPS_ASSIGN(const Json json, Json::parse(body));
  CFKOPS_ASSIGN(std::string next, add_table_page(json, table));
  table.resource_version = table.resource_version.empty()
                               ? json.string_or("/metadata/resourceVersion", "")
                               : table.resource_version;
  return next;
}

Result<ObjectList> Reader::list(const Resource& resource,
                                const std::string& ns,
                                const ListOptions& options) {
  const std::string what = describe("list", resource, ns);
  ObjectList list;
  Pager pager({resource.path(ns), options}, Pager::Stale::GoOn);
  const Send send = [&](const Request& request) {
    Trace trace;
    return attempt(request, Repeatable::Yes, what, trace);
  };
  const PageSink sink{[&] { list.items.clear(); },
                      [&](const Response& response, Pager& turned) -> Status {
                        CFKOPS_ASSIGN(ListPage page,
                                      parse_list_page(response.body, resource, known_items_.get()));
                        list.items.insert(list.items.end(),
                                          std::make_move_iterator(page.items.begin()),
                                          std::make_move_iterator(page.items.end()));
                        return turned.turn(page.next, page.resource_version);
                      }};
  CFKOPS_TRY(said(read_pages(pager, send, sink, what), what));
  list.resource_version = pager.resource_version();
  tell_read(resource, list.items);
  return list;
}

Status Reader::each(const Resource& resource,
                    const std::string& ns,
                    const ListOptions& options,
                    const std::function<void(const Json& item)>& visit,
                    const std::function<void()>& restart) {
  const std::string what = describe("list", resource, ns);
  Pager pager({resource.path(ns), options}, Pager::Stale::GoOn);
  const Send send = [&](const Request& request) {
    Trace trace;
    return attempt(request, Repeatable::Yes, what, trace);
  };
  const PageSink sink{restart, [&](const Response& response, Pager& turned) -> Status {
                        CFKOPS_ASSIGN(const std::string next, each_item(response.body, visit));
                        return turned.turn(next, "");
                      }};
  return said(read_pages(pager, send, sink, what), what);
}

Result<Table> Reader::table(const Resource& resource,
                            const std::string& ns,
                            const ListOptions& options) {
  const std::string what = describe("list", resource, ns);
  Table table;
  Pager pager({resource.path(ns), options, "includeObject=None"}, Pager::Stale::GoOn);
  const Send send = [&](Request request) {
    Trace trace;
    request.headers.push_back({"Accept", std::string(kTableAccept)});
    return attempt(request, Repeatable::Yes, what, trace);
  };
  const PageSink sink{[&] { table = {}; },
                      [&](const Response& response, Pager& turned) -> Status {
                        CFKOPS_ASSIGN(const Json json, Json::parse(response.body));
                        CFKOPS_ASSIGN(const std::string next, add_table_page(json, table));
                        return turned.turn(next, json.string_or("/metadata/resourceVersion", ""));
                      }};
  CFKOPS_TRY(said(read_pages(pager, send, sink, what), what));
  table.resource_version = pager.resource_version();
  return table;
}

}  // namespace cfkops::kube
