// The table from top to bottom: how far the run is; the steps before the one under way; that one,
// with its objects and with what is waited for; the steps behind it. Where the screen has too few
// rows, the objects get half of those that are free, the steps to come half of the rest.
#include "live_table.hpp"

#include "live_lines.hpp"

#include "cfkops/base/display.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace cfkops::cli {
namespace {

constexpr int kLeastColumns = 12;  ///< below that nothing is shown
constexpr std::size_t kWidestName = 24;
constexpr std::size_t kDetailsShown = 2;
constexpr std::size_t kWaitLines = 3;
constexpr std::size_t kWaitLinesNarrow = 6;
constexpr std::size_t kRowsForSpace = 10;  ///< with as many there is an empty line above

using Lines = std::vector<LiveLine>;

/// Makes the table of one moment.
class Table {
 public:
  Table(const LiveState& state, const base::Concealed& concealed, const LiveLook& look, bool ended)
      : state_(state),
        lines_(concealed, look),
        look_(look),
        ended_(ended) {}

  [[nodiscard]] Lines live() const;
  [[nodiscard]] Lines last() const;

 private:
  [[nodiscard]] std::size_t most_rows() const;
  [[nodiscard]] LiveLine heading() const;
  [[nodiscard]] LiveLine step_row(const LiveStep& step) const;
  [[nodiscard]] std::string time_of(const LiveStep& step) const;
  [[nodiscard]] Lines step_rows(std::size_t begin, std::size_t end) const;
  [[nodiscard]] Lines object_rows(const LiveStep& step, std::size_t& active) const;
  [[nodiscard]] LiveStage stage_of(const LiveObject& object) const;
  [[nodiscard]] std::string name_of(const LiveObject& object) const;
  [[nodiscard]] Lines focus(std::size_t indent) const;
  [[nodiscard]] std::string wait_text(const LiveWait& wait) const;
  [[nodiscard]] Lines cut(Lines all,
                          std::size_t most,
                          std::size_t around,
                          std::size_t indent,
                          std::string_view noun) const;

  const LiveState& state_;
  LiveLines lines_;
  const LiveLook& look_;
  bool ended_;
};

std::string time_text(Duration time) {
  return base::human_duration(time);
}

void append(Lines& to, Lines more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What one of several that share `room` gets: all it wants where the others leave it, else half.
std::size_t share(std::size_t wanted, std::size_t others, std::size_t room) {
  const std::size_t left = room - std::min(room, others);
  return std::min(wanted, std::max(left, room / 2));
}

/// Two thirds of the screen, so that what is appended above it can be read; the cursor needs a row.
std::size_t Table::most_rows() const {
  const auto rows = static_cast<std::size_t>(std::max(look_.screen.rows, 2));
  return std::min(rows - 1, std::max<std::size_t>(3, rows * 2 / 3));
}

LiveLine Table::heading() const {
  const std::string name = lines_.clean(state_.runbook());
  const std::string so_far = time_text(look_.now - state_.started());
  if (state_.steps().empty()) {
    return lines_.heading(
        {name + ": checking, " + so_far + " so far", "checking, " + so_far, so_far});
  }
  const auto left = state_.to_go(look_.now);
  const std::string done = std::to_string(state_.done());
  const std::string all = std::to_string(state_.wanted());
  const std::string steps = done + " of " + all + (state_.wanted() == 1 ? " step" : " steps");
  const std::string go = left ? "about " + time_text(*left) + " to go" : "time to go unknown";
  return lines_.heading({name + ": " + steps + " done, " + so_far + " so far, " + go,
                         name + ": " + steps + ", " + so_far + ", " + go,
                         steps + ", " + so_far + ", " + go,
                         done + "/" + all + " " + so_far + (left ? " ~" + time_text(*left) : ""),
                         done + "/" + all + " " + so_far});
}

std::string Table::time_of(const LiveStep& step) const {
  const bool narrow = lines_.narrow();
  const std::string estimate =
      step.estimate ? (narrow ? "~" : "about ") + time_text(*step.estimate) : "";
  switch (step.stage) {
    case LiveStage::Pending:
      return ended_ ? "not started" : estimate;
    case LiveStage::Running:
      return time_text(look_.now - step.began) +
             (narrow || !step.estimate ? "" : " of " + estimate);
    case LiveStage::Undoing:
      return (narrow ? "" : "taking back, ") + time_text(look_.now - step.began);
    case LiveStage::Undone:
      return narrow ? "undone" : "taken back";
    case LiveStage::Skipped:
      return "skipped";
    case LiveStage::Done:
    case LiveStage::Failed:
    case LiveStage::Unknown:
      break;
  }
  return time_text(step.took);
}

LiveLine Table::step_row(const LiveStep& step) const {
  std::size_t widest = 0;
  for (const LiveStep& one : state_.steps()) {
    widest = std::max(widest, base::display_width(lines_.clean(one.id)));
  }
  std::string left = lines_.clean(step.id);
  if (!step.title.empty() && !lines_.tiny()) {
    left = lines_.narrow() ? left + "  " : base::padded(left, std::min(widest, kWidestName) + 2);
    left += lines_.clean(step.title);
  }
  if (step.attempt > 1 && step.stage == LiveStage::Running) {
    left = lines_.clean(step.id) + " (attempt " + std::to_string(step.attempt) + ") " +
           lines_.clean(step.title);
  }
  return lines_.row(0, step.stage, left, time_of(step));
}

Lines Table::step_rows(std::size_t begin, std::size_t end) const {
  Lines rows;
  for (std::size_t i = begin; i < end; ++i) {
    rows.push_back(step_row(state_.steps()[i]));
  }
  return rows;
}

LiveStage Table::stage_of(const LiveObject& object) const {
  const bool waited_for = state_.waiting() && state_.waiting()->is_about(object.name) &&
                          (object.stage == LiveStage::Done || object.stage == LiveStage::Pending);
  return waited_for ? LiveStage::Running : object.stage;
}

/// The namespace of the run goes without saying.
std::string Table::name_of(const LiveObject& object) const {
  if (lines_.tiny()) {
    return lines_.clean(object.name);
  }
  std::string text = object.text;
  const std::string own = " " + state_.ns() + "/";
  const std::size_t at = text.find(own);
  if (!state_.ns().empty() && at != std::string::npos) {
    text.replace(at, own.size(), " ");
  }
  return lines_.clean(text);
}

/// `active` becomes the place of the first that is under way, else of the first that is to come.
Lines Table::object_rows(const LiveStep& step, std::size_t& active) const {
  const std::size_t indent = lines_.narrow() ? 1 : 4;
  std::size_t widest = 0;
  for (const LiveObject& object : step.objects) {
    widest = std::max(widest, base::display_width(name_of(object)));
  }
  widest = std::min(widest, lines_.tiny() ? lines_.room() - indent - 2 : lines_.room() / 2);
  Lines rows;
  std::size_t pending = step.objects.size();
  active = step.objects.size();
  for (const LiveObject& object : step.objects) {
    const LiveStage stage = stage_of(object);
    if (stage == LiveStage::Running && active == step.objects.size()) {
      active = rows.size();
    }
    if (stage == LiveStage::Pending && pending == step.objects.size()) {
      pending = rows.size();
    }
    const std::string name = base::padded(base::fitted(name_of(object), widest), widest);
    const std::string note = lines_.clean(object.note);
    rows.push_back(lines_.row(indent, stage, note.empty() ? name : name + "  " + note, ""));
  }
  active = std::min(active, pending);
  return rows;
}

std::string Table::wait_text(const LiveWait& wait) const {
  std::string text = "waiting " + time_text(wait.elapsed(look_.now)) + " for " + wait.state.what;
  if (wait.state.estimate) {
    const Duration left = *wait.state.estimate - (look_.now - wait.told);
    text += ", about " + time_text(std::max(left, Duration::zero())) + " to go";
  }
  text += wait.state.why.empty() ? "" : ": " + wait.state.why;
  const std::vector<std::string>& details = wait.state.details;
  for (std::size_t i = 0; i < std::min(details.size(), kDetailsShown); ++i) {
    text += (i == 0 ? " [" : "; ") + details[i];
  }
  if (details.size() > kDetailsShown) {
    text += "; and " + std::to_string(details.size() - kDetailsShown) + " more";
  }
  return lines_.clean(details.empty() ? text : text + "]");
}

/// What is going on: the check that is asked, and what is waited for.
Lines Table::focus(std::size_t indent) const {
  Lines rows;
  if (state_.check()) {
    rows.push_back(lines_.row(indent,
                              LiveStage::Running,
                              "check: " + lines_.clean(state_.check()->title),
                              time_text(look_.now - state_.check()->began)));
  }
  if (state_.waiting()) {
    append(rows,
           lines_.paragraph(lines_.narrow() ? 1 : indent + 2,
                            wait_text(*state_.waiting()),
                            lines_.narrow() ? kWaitLinesNarrow : kWaitLines));
  }
  return rows;
}

/// At most so many of them, those about the place `around`; how many are left out stands where they
/// would.
Lines Table::cut(Lines all,
                 std::size_t most,
                 std::size_t around,
                 std::size_t indent,
                 std::string_view noun) const {
  if (all.size() <= most || most == 0) {
    return most == 0 ? Lines() : all;
  }
  const std::size_t kept = most - 1;
  const std::size_t last = all.size() - kept;
  const std::size_t begin = std::min(around - std::min(around, kept / 2), last);
  Lines some(std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(begin)),
             std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(begin + kept)));
  some.insert(begin == last ? some.begin() : some.end(),
              lines_.more(indent, all.size() - kept, noun));
  return some;
}

Lines Table::live() const {
  const LiveStep* const current = state_.current();
  const bool busy = current != nullptr && current->under_way();
  const std::size_t steps = state_.steps().size();
  const std::size_t place =
      current == nullptr ? 0 : static_cast<std::size_t>(current - state_.steps().data());
  const std::size_t behind = current == nullptr ? 0 : place + 1;
  std::size_t active = 0;
  Lines objects = busy ? object_rows(*current, active) : Lines();
  const std::size_t object_indent = lines_.narrow() ? 1 : 4;
  Lines now = focus(busy ? 2 : 0);
  const std::size_t most = most_rows();
  const std::size_t space = most >= kRowsForSpace ? 1 : 0;
  const std::size_t fixed = space + (current == nullptr ? 1 : 2);
  now.resize(std::min(now.size(), most - std::min(most, fixed)));
  std::size_t free = most - std::min(most, fixed + now.size());
  objects = cut(std::move(objects),
                share(objects.size(), place + (steps - behind), free),
                active,
                object_indent,
                "object");
  free -= objects.size();
  Lines after = cut(step_rows(behind, steps), share(steps - behind, place, free), 0, 0, "step");
  free -= after.size();
  Lines table(space);
  table.push_back(heading());
  append(table, cut(step_rows(0, place), free, place, 0, "step"));
  if (current != nullptr && most > 1) {
    table.push_back(step_row(*current));
  }
  append(table, std::move(objects));
  append(busy ? table : after, std::move(now));
  append(table, std::move(after));
  return table;
}

Lines Table::last() const {
  const std::string count = std::to_string(state_.done()) + " of " +
                            std::to_string(state_.wanted()) +
                            (state_.wanted() == 1 ? " step" : " steps");
  const std::string took = time_text(look_.now - state_.started());
  const std::string name = lines_.clean(state_.runbook());
  Lines table = {lines_.heading(
      {name + ": " + count + " done, took " + took, count + " done, " + took, count})};
  const std::size_t steps = state_.steps().size();
  append(table, cut(step_rows(0, steps), most_rows() - 1, steps, 0, "step"));
  return table;
}

}  // namespace

std::vector<LiveLine> live_table(const LiveState& state,
                                 const base::Concealed& concealed,
                                 const LiveLook& look) {
  return look.screen.columns < kLeastColumns ? Lines()
                                             : Table(state, concealed, look, false).live();
}

std::vector<LiveLine> final_table(const LiveState& state,
                                  const base::Concealed& concealed,
                                  const LiveLook& look) {
  return look.screen.columns < kLeastColumns ? Lines() : Table(state, concealed, look, true).last();
}

}  // namespace cfkops::cli
