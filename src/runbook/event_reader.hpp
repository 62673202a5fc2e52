#pragma once

#include "content_lines.hpp"
#include "window_event.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/model.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cfkops::runbook {

/// Puts an event together from the lines of a VEVENT.
class EventReader {
 public:
  /// `begin` is its BEGIN, for errors about the whole of it; `floating` is what times without a
  /// zone are local to, where the calendar says so.
  EventReader(const ContentLine& begin,
              WindowEntry::Kind otherwise,
              const std::optional<Zone>& floating)
      : begin_(begin),
        floating_(floating),
        kind_(otherwise) {}

  /// Takes a property. Errors: InvalidInput with line and column.
  Status take(const ContentLine& line);

  /// The event. Errors: InvalidInput with line and column.
  [[nodiscard]] Result<WindowEvent> finish() const;

 private:
  /// A DATE or DATE-TIME with its zone.
  struct Moment {
    LocalSeconds local;
    Zone zone;
    bool is_date = false;

    [[nodiscard]] SysSeconds sys() const { return zone.to_sys(local); }
  };

  Status take_time(const ContentLine& line);
  Status take_length(const ContentLine& line);
  Status take_kind(const ContentLine& line);
  Status take_status(const ContentLine& line);
  [[nodiscard]] Result<std::vector<Moment>> moments(const ContentLine& line) const;
  [[nodiscard]] Result<Zone> zone_of(const ContentLine& line, const IcalTime& time) const;
  Status set_times(WindowEvent& event) const;
  Status set_length(WindowEvent& event) const;
  Status set_rule(WindowEvent& event) const;
  Status add_moments(const std::vector<const ContentLine*>& lines,
                     std::vector<SysSeconds>& times) const;

  const ContentLine& begin_;
  const std::optional<Zone>& floating_;
  WindowEntry::Kind kind_;
  bool kind_said_ = false;
  bool cancelled_ = false;
  std::string summary_;
  std::set<std::string> seen_;
  std::optional<Moment> start_;
  std::optional<Moment> end_;
  std::optional<IcalSpan> duration_;
  const ContentLine* rule_ = nullptr;
  std::vector<const ContentLine*> extra_;
  std::vector<const ContentLine*> except_;
};

}  // namespace cfkops::runbook
