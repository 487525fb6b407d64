# wider_bench(<name> LINKS <targets…>): the program <name>.cpp, beside the others in build/PRESET/bench, where `./dev bench`
# finds it. Without arguments it runs on small inputs, in a minute or two; with WIDER_BENCH_FULL=1 in the environment on
# those that the figures of the documentation are about. Run it alone: two at once measure each other.
find_package(benchmark REQUIRED)
find_package(CLI11 REQUIRED)

function(wider_bench name)
  cmake_parse_arguments(BENCH "" "" "LINKS" ${ARGN})
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE wider_settings ${BENCH_LINKS})
  target_compile_definitions(${name} PRIVATE WIDER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
