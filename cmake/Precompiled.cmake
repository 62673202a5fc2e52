# Precompiled headers: one for the modules and one for the tests, each compiled once and shared, since
# every target is compiled with the same flags. Sources still include what they use: the clang and tidy
# presets build without them.
set(cfkops_precompiled_headers
  <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view> <utility> <variant> <vector>
  <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)
set(cfkops_precompiled_test_headers ${cfkops_precompiled_headers} <gmock/gmock.h> <gtest/gtest.h>)

if(CFKOPS_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Lets ccache see through the precompiled header.
  target_compile_options(cfkops_settings INTERFACE -fpch-preprocess)
endif()

# Makes the static library <target> that compiles the headers for others to share.
function(cfkops_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LIBRARIES")
  if(NOT CFKOPS_PCH)
    return()
  endif()
  set(source "${PROJECT_BINARY_DIR}/generated/${target}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// Here only so that the precompiled header has a target.\n")
  add_library(${target} STATIC "${source}")
  target_link_libraries(${target} PRIVATE cfkops_settings cfkops_warnings ${arg_LIBRARIES})
  target_precompile_headers(${target} PRIVATE ${arg_HEADERS})
endfunction()

# Lets <target> use the headers compiled for <owner>.
function(cfkops_reuse_precompiled target owner)
  if(TARGET ${owner})
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

cfkops_precompile(cfkops_precompiled
  HEADERS ${cfkops_precompiled_headers}
  LIBRARIES fmt::fmt nlohmann_json::nlohmann_json tl::expected)
