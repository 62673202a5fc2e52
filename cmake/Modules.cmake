# cfkops_module(), cfkops_test() and cfkops_executable(): how a module, its tests and the program are
# declared. A module without sources is its headers; a test binary without sources is left out.

set_property(GLOBAL PROPERTY cfkops_test_executables "")

# cfkops_module(NAME <module> SOURCES <file>... USES <module>... [PRIVATE <library>...]
#               [PRECOMPILE <header>...])
# PRECOMPILE gives the module a precompiled header of its own, for a heavy header only it may name.
function(cfkops_module)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;USES;PRIVATE;PRECOMPILE")
  if(NOT DEFINED cfkops_may_use_${arg_NAME})
    message(FATAL_ERROR "module '${arg_NAME}' has no row in cmake/Layers.cmake")
  endif()
  set(uses "")
  foreach(used IN LISTS arg_USES)
    if(NOT used IN_LIST cfkops_may_use_${arg_NAME})
      message(FATAL_ERROR "module '${arg_NAME}' may not use '${used}' (cmake/Layers.cmake)")
    endif()
    list(APPEND uses cfkops_${used})
  endforeach()
  set(shared fmt::fmt nlohmann_json::nlohmann_json tl::expected)
  set(target cfkops_${arg_NAME})
  if(NOT arg_SOURCES)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE cfkops_settings ${uses} ${shared})
    return()
  endif()
  add_library(${target} STATIC ${arg_SOURCES})
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(${target}
    PUBLIC cfkops_settings ${uses} ${shared}
    PRIVATE cfkops_warnings ${arg_PRIVATE})
  if(arg_PRECOMPILE AND CFKOPS_PCH)
    target_precompile_headers(${target} PRIVATE ${cfkops_precompiled_headers} ${arg_PRECOMPILE})
  else()
    cfkops_reuse_precompiled(${target} cfkops_precompiled)
  endif()
endfunction()

# cfkops_test(MODULE <module> SOURCES <file>... [USES <module>...] [PRIVATE <library>...])
# Builds <module>_test. It sees the module's private headers and what stands in its own folder. A test
# may use any module: the layers bind the product, not its tests.
function(cfkops_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "MODULE" "SOURCES;USES;PRIVATE")
  if(NOT arg_SOURCES)
    return()
  endif()
  set(target ${arg_MODULE}_test)
  set(uses "")
  foreach(used IN LISTS arg_USES)
    list(APPEND uses cfkops_${used})
  endforeach()
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src/${arg_MODULE}")
  target_link_libraries(${target} PRIVATE
    ${uses}
    cfkops_${arg_MODULE}
    cfkops_test_support
    cfkops_warnings
    ${arg_PRIVATE}
    GTest::gmock_main)
  cfkops_reuse_precompiled(${target} cfkops_precompiled_test)
  set_property(GLOBAL APPEND PROPERTY cfkops_test_executables ${target})
  gtest_discover_tests(${target}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/tests"
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_MODULE}" TIMEOUT 120)
endfunction()

# cfkops_executable(NAME <name> SOURCE <file>): the program, once its main() exists.
function(cfkops_executable)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;SOURCE" "")
  if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${arg_SOURCE}")
    message(STATUS "${arg_SOURCE} does not exist yet: the program is left out")
    return()
  endif()
  add_executable(${arg_NAME} ${arg_SOURCE})
  list(TRANSFORM cfkops_modules PREPEND cfkops_ OUTPUT_VARIABLE libraries)
  list(REVERSE libraries)
  target_link_libraries(${arg_NAME} PRIVATE cfkops_allocator ${libraries} cfkops_warnings)
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
endfunction()
