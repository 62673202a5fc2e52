# cfkops_embed_scenarios(<output variable>): generates the source that carries tests/scenarios/*.yaml inside the
# program, so that `--sandbox healthy` needs no file. Run as a script it writes that source:
# cmake -DOUT=<file> -DFILES=<a|b> -P EmbedScenarios.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Generated from tests/scenarios/*.yaml; do not edit.\n#include \"cfkops/sandbox/scenario.hpp\"\n\n")
  string(APPEND text "namespace cfkops::sandbox {\n\nconst std::vector<BuiltinScenario>& builtin_scenarios() {\n")
  string(APPEND text "  static const std::vector<BuiltinScenario> kScenarios = {\n")
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" content)
    string(APPEND text "      {\"${name}\",\n       R\"SCENARIO(${content})SCENARIO\"},\n")
  endforeach()
  string(APPEND text "  };\n  return kScenarios;\n}\n\n}  // namespace cfkops::sandbox\n")
  file(WRITE "${OUT}" "${text}")
  return()
endif()

function(cfkops_embed_scenarios variable)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/scenarios/*.yaml")
  set(out "${PROJECT_BINARY_DIR}/generated/sandbox_scenarios.cpp")
  string(REPLACE ";" "|" joined "${files}")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DFILES=${joined}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedScenarios.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/cmake/EmbedScenarios.cmake"
    VERBATIM)
  set(${variable} "${out}" PARENT_SCOPE)
endfunction()
