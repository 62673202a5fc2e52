#pragma once

#include "api/list_options.hpp"
#include "api/watch_hub.hpp"

#include <deque>
#include <optional>
#include <string_view>

namespace cfkops::sandbox {

/// One open watch: what it was asked with, and what it has still to tell.
class WatchHub::Watch {
 public:
  Watch(Registry& registry,
        const Exchange& exchange,
        ListOptions options,
        Form form,
        Responder& responder);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Answers the head, and remembers where it begins.
  void begin();

  /// Remembers a change that may be of interest.
  void note(const Change& change);

  /// Tells what is remembered.
  void flush();

  /// Ends it, once.
  void end();

  /// Ends it with the 410 that an open watch gets whose revisions are forgotten.
  void expire();

  /// The connection is lost.
  void break_off();

  /// Ends it without a word to the responder, which is gone.
  void abandon() { ended_ = true; }

  [[nodiscard]] bool ended() const { return ended_; }

 private:
  [[nodiscard]] Exchange exchange() const { return {request_, route_, query_, caller_, warnings_}; }

  [[nodiscard]] bool is_served() const;
  void begin_with_what_is_there();
  void begin_after(std::uint64_t revision);
  void expire(std::uint64_t revision, std::uint64_t oldest);
  void tell(const Change& change);
  void tell_object(std::string_view type, const Shared& object);
  void tell_event(std::string_view type, const Value& object);
  void bookmark(bool ends_initial_events);
  void plan_bookmark();

  Registry& registry_;
  kube::Request request_;
  Route route_;
  Query query_;
  Caller caller_;
  std::vector<std::string> warnings_;
  ListOptions options_;
  Form form_;
  Responder& responder_;
  std::deque<Shared> initial_;
  std::deque<Change> pending_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> expired_;
  std::uint64_t after_ = 0;  ///< changes up to this revision are known already
  bool initial_bookmark_ = false;
  bool had_columns_ = false;
  bool ended_ = false;
  MonoTime deadline_;
  Timeline::TimerId end_timer_ = 0;
  Timeline::TimerId bookmark_timer_ = 0;
};

}  // namespace cfkops::sandbox
