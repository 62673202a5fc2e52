#include "api/review_body.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

Answer<Value> read_review(Exchange& exchange) {
  StrictErrors strict;
  auto object = decode_body(exchange.request.body, exchange.header("Content-Type"), strict);
  if (!object) {
    return object;
  }
  if (auto decoded = decode_object(*exchange.route.kind, *object, strict); !decoded) {
    return refuse(std::move(decoded.error()));
  }
  return object;
}

}  // namespace cfkops::sandbox
