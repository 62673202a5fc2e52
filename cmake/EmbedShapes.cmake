# cfkops_embed_shapes(<output variable>): generates the source that carries src/base/kind_shapes.json inside the
# program. Run as a script it writes that source: cmake -DOUT=<file> -DFILE=<kind_shapes.json> -P EmbedShapes.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  # A literal for each line: a compiler need not take one as long as the file.
  file(READ "${FILE}" content)
  string(REPLACE "\n" ")SHAPES\",\n      R\"SHAPES(" content "${content}")
  set(text "// Generated from kind_shapes.json; do not edit.\n#include \"cfkops/base/kind_shapes.hpp\"\n\nnamespace cfkops::base {\n\n")
  string(APPEND text "std::vector<std::string_view> kind_shape_lines() {\n  return {\n      R\"SHAPES(${content})SHAPES\"};\n}\n")
  string(APPEND text "\n}  // namespace cfkops::base\n")
  file(WRITE "${OUT}" "${text}")
  return()
endif()

function(cfkops_embed_shapes variable)
  set(file "${PROJECT_SOURCE_DIR}/src/base/kind_shapes.json")
  set(out "${PROJECT_BINARY_DIR}/generated/kind_shapes.cpp")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DFILE=${file}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedShapes.cmake"
    DEPENDS "${file}" "${PROJECT_SOURCE_DIR}/cmake/EmbedShapes.cmake"
    VERBATIM)
  set(${variable} "${out}" PARENT_SCOPE)
endfunction()
