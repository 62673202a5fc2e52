#include "api/handlers.hpp"
#include "api/log_source.hpp"
#include "api/log_text.hpp"
#include "programs.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

Answer<kube::Response> serve_log(Registry& registry, Exchange& exchange) {
  const auto options = read_log_options(exchange, registry.timeline().wall());
  if (!options) {
    return refuse(options.error());
  }
  const auto source = find_log(registry, exchange, options->previous);
  if (!source) {
    return refuse(source.error());
  }
  kube::Response response = log_head(exchange, *source);
  if (!source->unscheduled() && exchange.programs != nullptr) {
    response.body =
        LogText(*options, source->begin).first(source->text(*exchange.programs, source->previous));
  }
  return response;
}

}  // namespace cfkops::sandbox
