# The libraries we stand on, all packaged by Debian and Ubuntu, as imported targets only. The packages
# are listed in cmake/install-dependencies.sh; who may name which header in cmake/Layers.cmake.
find_package(CLI11 REQUIRED)
find_package(CURL 7.80 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(date REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(ZLIB REQUIRED)
# Its own CMake package wants the program as well, which is another Debian package.
pkg_check_modules(CMARK REQUIRED IMPORTED_TARGET libcmark)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
# Its -pthread would set runbook's flags apart from those the shared precompiled header was made with.
set_property(TARGET PkgConfig::RE2 PROPERTY INTERFACE_COMPILE_OPTIONS "")

# What allocates in place of the C library where much is simulated. Sanitizers bring their own.
add_library(cfkops_allocator INTERFACE)
if(NOT CFKOPS_SANITIZE)
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(cfkops_allocator INTERFACE PkgConfig::JEMALLOC)
endif()

# It would list its headers among the sources of whoever uses it.
set_property(TARGET date::date date::date-tz PROPERTY INTERFACE_SOURCES "")

# yaml-cpp 0.7 exports a bare name, 0.8 a qualified one.
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

# Loading libcurl and the thirty libraries behind it costs a third of a short command's time, so that
# kube can be told to load it on first use: it then sees the headers only.
add_library(cfkops_curl INTERFACE)
if(CFKOPS_CURL_AT_RUNTIME)
  target_include_directories(cfkops_curl SYSTEM INTERFACE ${CURL_INCLUDE_DIRS})
  target_compile_definitions(cfkops_curl INTERFACE CFKOPS_CURL_AT_RUNTIME)
  target_link_libraries(cfkops_curl INTERFACE ${CMAKE_DL_LIBS})
else()
  target_link_libraries(cfkops_curl INTERFACE CURL::libcurl)
endif()

if(CFKOPS_TESTS)
  find_package(GTest 1.11 REQUIRED)
endif()
