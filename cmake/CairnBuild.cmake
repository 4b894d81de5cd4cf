# Compiler settings, and the two functions by which every folder declares itself.

option(CAIRN_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
set(CAIRN_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in std::string's own append (its bug 105651).
  add_compile_options(-Wno-restrict)
endif()
include_directories(${CMAKE_SOURCE_DIR})

if(CAIRN_FUZZ)
  # Everything is instrumented; only the targets in tests/fuzz have libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CAIRN_SANITIZE)
  add_compile_options(-fsanitize=${CAIRN_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CAIRN_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fcf-protection)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(GTest)

# cairn_library(<name> SOURCES <files…> [DEPS <targets…>])
# A static library of one folder. DEPS are public: headers of a folder may show its dependencies.
function(cairn_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} Threads::Threads)
endfunction()

# GCC 12 takes the idle member of a std::variant or std::optional for one that is read before it was
# set, in optimized builds of code that returns them (its bug 80635).
function(cairn_quiet_variants name)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()

add_custom_target(tests_unit)
add_custom_target(tests_concurrent)

# cairn_test(<name> SOURCES <files…> DEPS <targets…> [CONCURRENT])
# One GoogleTest executable for a folder of unit tests. CONCURRENT: it has threads that share
# state, and runs under the thread sanitizer too.
function(cairn_test name)
  cmake_parse_arguments(ARG "CONCURRENT" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set(labels unit)
  add_dependencies(tests_unit ${name})
  if(ARG_CONCURRENT)
    list(APPEND labels concurrent)
    add_dependencies(tests_concurrent ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT 300)
endfunction()
