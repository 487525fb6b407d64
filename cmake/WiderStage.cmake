# wider_stage(<name> LINKS <targets…> TEST_LINKS <targets…> [TESTS_ELSEWHERE <filter>])
#
# Makes the library wider_<name> of every .cpp beside the calling CMakeLists.txt (all but *_test.cpp), and, where
# there are tests, one GoogleTest program <name>_test of every *_test.cpp, which ctest runs; but those of the filter, which
# need what another test starts for them.
find_package(GTest REQUIRED)
include(GoogleTest)

function(wider_stage name)
  cmake_parse_arguments(STAGE "" "TESTS_ELSEWHERE" "LINKS;TEST_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(wider_${name} STATIC ${sources})
  target_link_libraries(wider_${name} PUBLIC wider_settings ${STAGE_LINKS})
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE wider_${name} ${STAGE_TEST_LINKS} GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE WIDER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set(filter "*")
    if(STAGE_TESTS_ELSEWHERE)
      set(filter "-${STAGE_TESTS_ELSEWHERE}")
    endif()
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}/" TEST_FILTER "${filter}" DISCOVERY_TIMEOUT 60
                         PROPERTIES TIMEOUT 600)
  endif()
endfunction()
