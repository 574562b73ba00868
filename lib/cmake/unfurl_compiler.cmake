# Options of the compiler that hold for every target of ours: language level, warnings, sanitizers, ccache.

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

find_program(UNFURL_CCACHE ccache)
mark_as_advanced(UNFURL_CCACHE)
if(UNFURL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${UNFURL_CCACHE}")
endif()

# unfurl_precompile(TARGET HEADER...): these headers are compiled once for all sources of the target. Without ccache, which preprocesses
# a header with the help of what was compiled of it before and so takes that for up to date.
function(unfurl_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "")
  endif()
endfunction()

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
