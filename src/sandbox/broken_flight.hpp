#pragma once

#include "api/api_server.hpp"
#include "fault_injector.hpp"
#include "flight.hpp"
#include "timeline.hpp"

namespace cfkops::sandbox {

/// The road back to a client under a fate: of an answer that is lost there only word gets through.
[[nodiscard]] Flight::Road road_under(const RequestFate& fate, Flight::Road road);

/// The request gets to the server, or does not, as its fate says. Both borrowed for as long as time
/// is advanced.
void arrive(Flight& flight, const RequestFate& fate, ApiServer& server, Timeline& timeline);

}  // namespace cfkops::sandbox
