# cfkops_embed_yaml(<output variable> FOLDER <folder> HEADER <header> MODULE <module> TYPE <type> FUNCTION <name>):
# generates the source that carries <folder>/*.yaml inside the program, so that what they hold needs no file:
# the definition of `std::vector<type> name()`, each element {name of the file without its ending, its text}, in
# namespace cfkops::<module>. Run as a script with the same names and OUT, FILES=<a|b> it writes that source.
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Generated from ${FOLDER}/*.yaml; do not edit.\n#include \"${HEADER}\"\n\n")
  string(APPEND text "namespace cfkops::${MODULE} {\n\nstd::vector<${TYPE}> ${FUNCTION}() {\n  return {\n")
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" content)
    string(APPEND text "      {\"${name}\",\n       R\"YAML(${content})YAML\"},\n")
  endforeach()
  string(APPEND text "  };\n}\n\n}  // namespace cfkops::${MODULE}\n")
  file(WRITE "${OUT}" "${text}")
  return()
endif()

function(cfkops_embed_yaml variable)
  cmake_parse_arguments(arg "" "FOLDER;HEADER;MODULE;TYPE;FUNCTION" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.yaml")
  set(out "${PROJECT_BINARY_DIR}/generated/${arg_FUNCTION}.cpp")
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedYaml.cmake")
  string(REPLACE ";" "|" joined "${files}")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DFILES=${joined}" "-DFOLDER=${arg_FOLDER}" "-DHEADER=${arg_HEADER}"
            "-DMODULE=${arg_MODULE}" "-DTYPE=${arg_TYPE}" "-DFUNCTION=${arg_FUNCTION}" -P "${script}"
    DEPENDS ${files} "${script}"
    VERBATIM)
  set(${variable} "${out}" PARENT_SCOPE)
endfunction()
