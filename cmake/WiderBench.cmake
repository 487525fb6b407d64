# wider_bench(<name> LINKS <targets…>): the Google Benchmark program bench/<name>.cpp. Run it alone: two at once measure
# each other.
find_package(benchmark REQUIRED)

function(wider_bench name)
  cmake_parse_arguments(BENCH "" "" "LINKS" ${ARGN})
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE wider_settings ${BENCH_LINKS} benchmark::benchmark)
  target_compile_definitions(${name} PRIVATE WIDER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()
