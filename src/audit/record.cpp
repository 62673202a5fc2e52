#include "cfkops/audit/record.hpp"

#include "line.hpp"
#include "seal.hpp"

#include "cfkops/base/crypto.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace cfkops::audit {
namespace {

constexpr std::array kPhases = {Phase::Start,
                                Phase::Plan,
                                Phase::Check,
                                Phase::Step,
                                Phase::Intent,
                                Phase::Effect,
                                Phase::Observed,
                                Phase::Note,
                                Phase::Undo,
                                Phase::Checkpoint,
                                Phase::Resume,
                                Phase::End};

/// What reading the text back gives, so that a reader who renders it again gets the same bytes even
/// where the data held what JSON has no word for (NaN, bytes that are not UTF-8). Read as a member,
/// as it will be in its line: data nested too deeply would make a log that nobody can read.
Result<nlohmann::json> settled(const Json& data) {
  Result<Json> line = Json::parse("{\"data\":" + data.dump() + "}");
  if (!line) {
    return std::move(line).error().in("the record's data");
  }
  const nlohmann::json& again = line->raw().at("data");
  return again.is_object() ? again : nlohmann::json::object();
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::Start:
      return "start";
    case Phase::Plan:
      return "plan";
    case Phase::Check:
      return "check";
    case Phase::Step:
      return "step";
    case Phase::Intent:
      return "intent";
    case Phase::Effect:
      return "effect";
    case Phase::Observed:
      return "observed";
    case Phase::Note:
      return "note";
    case Phase::Undo:
      return "undo";
    case Phase::Checkpoint:
      return "checkpoint";
    case Phase::Resume:
      return "resume";
    case Phase::End:
      return "end";
  }
  return "note";
}

bool known_phase(std::string_view phase) {
  return std::any_of(
      kPhases.begin(), kPhases.end(), [&](Phase known) { return to_string(known) == phase; });
}

std::string no_hash() {
  constexpr std::size_t kHexDigits = 64;
  std::string zeros(kHexDigits, '0');
  return zeros;
}

Result<RenderedLine> render(const ChainedRecord& chained, const base::SigningKey* key) {
  CFKOPS_ASSIGN(nlohmann::json data, settled(chained.record.data));
  nlohmann::json line = {{"attempt", chained.record.attempt},
                         {"data", std::move(data)},
                         {"phase", to_string(chained.record.phase)},
                         {"prev", chained.previous},
                         {"run", chained.run_id},
                         {"seq", chained.sequence},
                         {"step", chained.record.step},
                         {"ts", chained.time}};
  if (key != nullptr && is_signed(to_string(chained.record.phase))) {
    CFKOPS_ASSIGN(const Json with_it, with_signature(Json(std::move(line)), *key));
    line = with_it.raw();
  }
  RenderedLine rendered;
  rendered.hash = base::sha256_hex(Json(line).dump());
  line.emplace("sha256", rendered.hash);
  rendered.text = Json(std::move(line)).dump();
  return rendered;
}

std::string hash_of(std::string_view line, const std::string& carried) {
  // Cut out of the text instead of rendered again. It is the last such text: of what follows only
  // `step` is free, and inside a string the quotes are escaped.
  const std::string member = R"("sha256":")" + carried + R"(",)";
  const std::size_t at = line.rfind(member);
  if (at == std::string_view::npos) {
    return no_hash();
  }
  std::string unsealed(line);
  unsealed.erase(at, member.size());
  return base::sha256_hex(unsealed);
}

}  // namespace cfkops::audit
