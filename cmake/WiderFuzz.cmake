# wider_fuzz(<name> LINKS <targets…>): the libFuzzer program <name> of fuzz/<name>_fuzz.cpp, whose seeds lie in
# fuzz/corpus/<name>/. ctest runs it over its seeds alone; for fuzzing, run
#   build/fuzz/fuzz/<name> -max_total_time=60 NEW_CORPUS fuzz/corpus/<name>
# The coverage instrumentation goes into every library, so that the fuzzer sees where it has been.
target_compile_options(wider_settings INTERFACE -fsanitize=fuzzer-no-link)

# Every fuzz program and nothing else.
add_custom_target(fuzz_targets)

function(wider_fuzz name)
  cmake_parse_arguments(FUZZ "" "" "LINKS" ${ARGN})
  add_executable(${name} ${name}_fuzz.cpp)
  target_compile_definitions(${name} PRIVATE WIDER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE wider_settings ${FUZZ_LINKS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz_targets ${name})
  add_test(NAME fuzz/${name} COMMAND ${name} -runs=0 ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
endfunction()
