# Language, warnings and sanitizers for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(WIDER_FUZZ "Build the libFuzzer targets (Clang only)" OFF)
option(WIDER_BENCH "Build the programs under bench/" ON)
set(WIDER_SANITIZE "" CACHE STRING "Comma-separated sanitizers, as in -fsanitize=")

find_program(WIDER_CCACHE ccache)
if(WIDER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${WIDER_CCACHE})
endif()

add_library(wider_settings INTERFACE)
target_compile_options(wider_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# Clang 19 takes std::stable_sort of GCC 12's library for deprecated; GCC itself says what is.
target_compile_options(wider_settings INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(wider_settings INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(WIDER_SANITIZE)
  # GCC's manual: sanitizers raise the rate of false warnings, above all of this one (here: in std::regex).
  target_compile_options(wider_settings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_compile_options(wider_settings INTERFACE -fsanitize=${WIDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(wider_settings INTERFACE -fsanitize=${WIDER_SANITIZE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
