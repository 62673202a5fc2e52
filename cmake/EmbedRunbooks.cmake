# cfkops_embed_runbooks(<output variable>): generates the source that carries runbooks/*.yaml inside the program, so
# that `cfkops run broker-restart` needs no file. Run as a script it writes that source:
# cmake -DOUT=<file> -DFILES=<a|b> -P EmbedRunbooks.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Generated from runbooks/*.yaml; do not edit.\n#include \"library.hpp\"\n\nnamespace cfkops::cli {\n\n")
  string(APPEND text "std::vector<BuiltinRunbook> builtin_runbooks() {\n  return {\n")
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" content)
    string(APPEND text "      {\"${name}\",\n       R\"RUNBOOK(${content})RUNBOOK\"},\n")
  endforeach()
  string(APPEND text "  };\n}\n\n}  // namespace cfkops::cli\n")
  file(WRITE "${OUT}" "${text}")
  return()
endif()

function(cfkops_embed_runbooks variable)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/runbooks/*.yaml")
  set(out "${PROJECT_BINARY_DIR}/generated/builtin_runbooks.cpp")
  string(REPLACE ";" "|" joined "${files}")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DFILES=${joined}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedRunbooks.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/cmake/EmbedRunbooks.cmake"
    VERBATIM)
  set(${variable} "${out}" PARENT_SCOPE)
endfunction()
