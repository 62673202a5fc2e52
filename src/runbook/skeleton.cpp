#include "cfkops/runbook/skeleton.hpp"

#include "load_parts.hpp"
#include "source_text.hpp"

#include "cfkops/runbook/loader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::runbook {

namespace {

constexpr std::string_view kSkeleton =
    R"(# cfkops lint FILE says what is missing, cfkops explain KEY what a key means.
# Whatever says FILL IN waits for you.

apiVersion: cfkops/v1
kind: Runbook
name: NAME
title: FILL IN one line, in the imperative
purpose: |
  FILL IN what it is for, when to use it, and why it does it this way.
  Say what it does not do, and what to do then.
owner: fill-in-a-team
risk: medium

# What a run may be told: cfkops run NAME --param object=NAME_OF_A_CONFIG_MAP
params:
  object:
    type: string
    required: true
    doc: FILL IN what it means, for people

# What must hold before anything is touched. All are asked, all answers are shown.
prerequisites:
  - check: permission
    id: permission
    title: We may do all that the steps will ask for

# What is done, in this order. Each action: cfkops explain ACTION.
steps:
  - id: look
    title: FILL IN what this step does, in the imperative
    do: object.get
    with:
      kind: configmap
      name: ${params.object}

# What must hold afterwards. It reads what the steps gave: steps.ID.OUTPUT.
validation:
  - check: expr
    title: FILL IN what is true when all went well
    that: steps.look.exists
    else: "there is no config map ${params.object}"
)";

Status check_name(const std::string& name) {
  if (!is_runbook_name(name)) {
    return make_error(ErrorCode::InvalidInput,
                      fmt::format("'{}' is no name for a runbook", name),
                      "names are lower-case letters, digits and hyphens, a letter first");
  }
  return {};
}

Error no_runbook(const Diagnostic& finding) {
  Error error =
      make_error(ErrorCode::InvalidInput, finding.message, "mend it first: cfkops lint FILE");
  error.pos = finding.pos;
  return error;
}

}  // namespace

Result<std::string> skeleton_runbook(const std::string& name) {
  CFKOPS_TRY(check_name(name));
  std::string text(kSkeleton);
  for (const std::string_view mark : {"name: NAME\n", "run NAME "}) {
    const std::size_t at = text.find(mark) + mark.find("NAME");
    text.replace(at, std::string_view("NAME").size(), name);
  }
  return text;
}

Result<std::string> renamed_runbook(std::string_view text,
                                    const std::string& file,
                                    const std::string& name) {
  CFKOPS_TRY(check_name(name));
  if (const auto loaded = load_runbook(text, file); !loaded) {
    return no_runbook(loaded.error().front());
  }
  const SourceText source(text);
  const auto root = load_tree(text, file, source);
  const YamlNode* old = root ? root->find("name") : nullptr;
  if (old == nullptr || old->length == 0) {
    return make_error(ErrorCode::InvalidInput,
                      file + ": the name is written in a way that cannot be changed",
                      "write name: NAME in one line");
  }
  const Edit edit = source.edit(old->pos, old->length, name);
  std::string renamed(text);
  renamed.replace(edit.begin, edit.end - edit.begin, edit.text);
  return renamed;
}

}  // namespace cfkops::runbook
