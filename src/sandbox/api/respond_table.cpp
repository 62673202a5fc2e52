#include "api/exchange.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

std::string meta_version(const Form& form) {
  return form.beta ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1";
}

Value partial(const Form& form, const Value& object) {
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", meta_version(form)},
          {"metadata", object_at(object, {"metadata"})}};
}

Value row_of(const Exchange& exchange,
             const Form& form,
             const Kind& kind,
             const Value& object,
             WallTime now) {
  Value row = {{"cells", kind.cells(object, now)}};
  const std::string include = exchange.query.get("includeObject");
  if (include == "None") {
    row["object"] = nullptr;
  } else if (include == "Object") {
    row["object"] = object;
  } else {
    row["object"] = partial(form, object);
  }
  return row;
}

Value columns_of(const Kind& kind) {
  Value columns = Value::array();
  for (const Column& column : kind.columns()) {
    columns.push_back({{"name", column.name},
                       {"type", column.type},
                       {"format", column.format},
                       {"description", column.description},
                       {"priority", column.priority}});
  }
  return columns;
}

Value table(const Form& form, Value meta, Value columns, Value rows) {
  return {{"kind", "Table"},
          {"apiVersion", meta_version(form)},
          {"metadata", std::move(meta)},
          {"columnDefinitions", std::move(columns)},
          {"rows", std::move(rows)}};
}

// Lists of built-in kinds do not repeat what their items are.
Value item_of(const Kind& kind, const Value& object) {
  Value item = object;
  if (!kind.is_defined() && item.is_object()) {
    item.erase("kind");
    item.erase("apiVersion");
  }
  return item;
}

}  // namespace

Value list_body(const Exchange& exchange,
                const Form& form,
                const Kind& kind,
                const std::vector<Shared>& items,
                Value list_meta,
                WallTime now) {
  Value listed = Value::array();
  for (const Shared& item : items) {
    if (form.as == Form::As::Table) {
      listed.push_back(row_of(exchange, form, kind, *item, now));
    } else if (form.as == Form::As::Partial) {
      listed.push_back(partial(form, *item));
    } else {
      listed.push_back(item_of(kind, *item));
    }
  }
  if (form.as == Form::As::Table) {
    return table(form, std::move(list_meta), columns_of(kind), std::move(listed));
  }
  const bool whole = form.as == Form::As::Whole;
  if (whole && kind.is_defined()) {
    set_default(list_meta, {"continue"}, "");  // lists without a Go type always have it
  }
  return {{"kind", whole ? kind.names().list_kind : "PartialObjectMetadataList"},
          {"apiVersion", whole ? kind.resource().api_version() : meta_version(form)},
          {"metadata", std::move(list_meta)},
          {"items", std::move(listed)}};
}

Value object_body(const Exchange& exchange,
                  const Form& form,
                  const Kind& kind,
                  const Shared& object,
                  WallTime now,
                  bool with_columns) {
  if (form.as == Form::As::Whole || text_at(*object, {"kind"}) == "Status") {
    return *object;
  }
  if (form.as == Form::As::Partial) {
    return partial(form, *object);
  }
  Value meta = Value::object();
  if (const std::string version = text_at(*object, {"metadata", "resourceVersion"});
      !version.empty()) {
    meta["resourceVersion"] = version;
  }
  Value rows = Value::array();
  rows.push_back(row_of(exchange, form, kind, *object, now));
  return table(form, std::move(meta), with_columns ? columns_of(kind) : Value(), std::move(rows));
}

}  // namespace cfkops::sandbox
