# cfkops_settings: how every target is compiled and linked, whoever wrote it.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

find_package(Threads REQUIRED)

add_library(cfkops_settings INTERFACE)
target_include_directories(cfkops_settings INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(cfkops_settings INTERFACE Threads::Threads)
target_compile_options(cfkops_settings INTERFACE
  # Neither the binary nor the compiler cache knows where the source tree stood.
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/="
  # Libraries end up in executables only, and one precompiled header serves both.
  -fPIE
  -fno-omit-frame-pointer
  -fstack-protector-strong
  $<$<CONFIG:Release>:-ffunction-sections -fdata-sections>)
target_compile_definitions(cfkops_settings INTERFACE
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
target_link_options(cfkops_settings INTERFACE
  -pie
  LINKER:--as-needed
  # A short start: symbols are bound when first called, and looked up through one small hash table.
  $<$<CONFIG:Release>:LINKER:-z,lazy LINKER:--hash-style=gnu LINKER:-O1 LINKER:--gc-sections -s>)
if(CFKOPS_STATIC_RUNTIME)
  target_link_options(cfkops_settings INTERFACE -static-libstdc++ -static-libgcc)
endif()
