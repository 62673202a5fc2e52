# With -DCFKOPS_FUZZ=ON everything is compiled for libFuzzer, a part of clang, and the address sanitizer:
# coverage is counted, and whatever is read beside what it belongs to ends the program.
if(CFKOPS_FUZZ)
  target_compile_options(cfkops_settings INTERFACE -fsanitize=fuzzer-no-link,address)
  target_compile_definitions(cfkops_settings INTERFACE CFKOPS_SANITIZED)
  target_link_options(cfkops_settings INTERFACE -fsanitize=address)
endif()

# Adds -DCFKOPS_SANITIZE=address,undefined (or thread) to cfkops_settings. A finding ends the program.
if(CFKOPS_SANITIZE)
  set(sanitize
    "-fsanitize=${CFKOPS_SANITIZE}" -fno-sanitize-recover=all)
  target_compile_options(cfkops_settings INTERFACE ${sanitize})
  target_compile_definitions(cfkops_settings INTERFACE CFKOPS_SANITIZED)
  target_link_options(cfkops_settings INTERFACE ${sanitize})
  unset(sanitize)
endif()
