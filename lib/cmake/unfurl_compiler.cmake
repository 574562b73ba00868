# Options of the compiler that hold for every target of ours: language level, warnings, sanitizers, ccache.

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

find_program(UNFURL_CCACHE ccache)
mark_as_advanced(UNFURL_CCACHE)
if(UNFURL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without leave, it does not keep what is compiled with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${UNFURL_CCACHE}")
endif()

add_library(unfurl_warnings INTERFACE)
target_compile_options(unfurl_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion
  $<$<BOOL:${UNFURL_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of g++ 12 on plain std::string code (GCC bug 105651).
  target_compile_options(unfurl_warnings INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Loops marked as independent are a permission to vectorise; that a sanitizer's loops are not is no mistake.
  # And packets wider than the level's registers go from function to function within files alone.
  target_compile_options(unfurl_warnings INTERFACE -Wno-pass-failed -Wno-psabi)
endif()

if(UNFURL_SANITIZE)
  list(JOIN UNFURL_SANITIZE "," UNFURL_SANITIZE_LIST)
  add_compile_options("-fsanitize=${UNFURL_SANITIZE_LIST}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${UNFURL_SANITIZE_LIST}")
endif()
