#pragma once

#include "cfkops/engine/action.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// An object that is to be there.
struct WantedObject {
  kube::Resource resource;
  std::string ns;
  Json body;          ///< as `kept_form` has it, or as somebody wrote it
  bool kept = false;  ///< a server had all of it, defaults too: it can be compared as it is
};

/// What is done where an object is there and is another one.
enum class OnConflict { Fail, Skip, Replace };

/// What is to be done about a wanted object.
struct JudgedObject {
  enum class Deed {
    Create,
    Replace,
    Leave,     ///< it is so, or is to stay as it is
    Conflict,  ///< it may not be touched
  };

  Deed deed = Deed::Leave;
  std::string why;                   ///< of Leave and Conflict
  std::optional<kube::Object> now;   ///< what is there
  std::optional<kube::Object> then;  ///< of Replace: what the server would make of it
  Json body;                         ///< what is to be sent
  std::vector<std::string> diff;     ///< of Replace and Conflict

  /// Something is to be sent.
  [[nodiscard]] bool writes() const { return deed == Deed::Create || deed == Deed::Replace; }

  /// Of what writes, as it will be: what the server makes of a replacement, and what is written of
  /// a new one.
  [[nodiscard]] const Json& after() const { return then ? then->json() : body; }
};

/// How `write_objects` is taken back, for plans.
inline constexpr const char* kUndoOfWrites =
    "what this step has made is deleted, unless somebody changes it meanwhile; what it has "
    "replaced gets its former fields";

/// Looks at what is there, and asks the server about a replacement. A namespace that is there stays
/// as it is; a Secret is never replaced, since what it would take to undo that may not be written
/// down. Errors: what kept it from looking; Refused where the object is being deleted.
[[nodiscard]] Result<JudgedObject> judge(kube::Reader& reader,
                                         const WantedObject& wanted,
                                         OnConflict on_conflict);

/// What `write_object` would do, with the server's own word where it can be asked already; nothing
/// for what is left alone. `new_namespaces` are those that the step makes before. Errors: what kept
/// the server from answering.
[[nodiscard]] Result<std::optional<engine::PlannedChange>> planned_write(
    kube::Reader& reader,
    const WantedObject& wanted,
    const JudgedObject& judged,
    const std::vector<std::string>& new_namespaces);

/// Creates or replaces them in this order, each after remembering how that is taken back; what has
/// changed since it was judged is looked at again. `judged` are as many. Gives the outputs: how
/// many were `created`, `replaced` and `left` as they were. Errors: Refused for a conflict that has
/// come up since; those of the server.
[[nodiscard]] Result<runbook::ValueMap> write_objects(const engine::Context& context,
                                                      kube::Client& client,
                                                      const std::vector<WantedObject>& wanted,
                                                      std::vector<JudgedObject> judged,
                                                      OnConflict on_conflict);

/// What writing them needs to be allowed, its undo included.
[[nodiscard]] std::vector<kube::AccessQuestion> permissions_of(const WantedObject& wanted,
                                                               OnConflict on_conflict);

/// What `undo_write` would do with what was remembered.
[[nodiscard]] engine::PlannedChange planned_undo_of_write(const Json& remembered);

/// Deletes what was made, by its uid, unless it was changed since or is a namespace in which there
/// is something else now; gives what was replaced its former fields.
[[nodiscard]] engine::Outcome undo_write(kube::Client& client, const Json& remembered);

/// How `kept` differs from what is there, compared as it is kept; nothing where it does not.
[[nodiscard]] std::vector<std::string> difference_to_kept(const kube::Object& now,
                                                          const Json& kept,
                                                          const std::string& ns);

}  // namespace cfkops::actions
