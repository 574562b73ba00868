# Sets UNFURL_SIMD_FLAGS for UNFURL_SIMD. Levels are named (x86-64-v3, ...) and never `native`: g++ 12 takes some
# machines for a different family with odd tuning, which costs a quarter of the speed of matrix products.

set(UNFURL_SIMD_LEVEL ${UNFURL_SIMD})
set(UNFURL_SIMD_FLAGS "")

if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(UNFURL_SIMD_LEVEL "default of the compiler")
elseif(UNFURL_SIMD STREQUAL "auto")
  if(CMAKE_CROSSCOMPILING)
    set(UNFURL_SIMD_LEVEL v2)
  else()
    if(NOT DEFINED UNFURL_SIMD_DETECTED)
      try_run(UNFURL_SIMD_EXIT UNFURL_SIMD_COMPILED
        "${PROJECT_BINARY_DIR}/simd" "${CMAKE_CURRENT_LIST_DIR}/simd_level.cpp"
        RUN_OUTPUT_VARIABLE UNFURL_SIMD_OUTPUT)
      if(NOT UNFURL_SIMD_COMPILED OR NOT UNFURL_SIMD_EXIT EQUAL 0)
        message(FATAL_ERROR "Cannot detect the SIMD level; set UNFURL_SIMD to v2, v3 or v4")
      endif()
      set(UNFURL_SIMD_DETECTED ${UNFURL_SIMD_OUTPUT} CACHE INTERNAL "SIMD level of this machine")
    endif()
    set(UNFURL_SIMD_LEVEL ${UNFURL_SIMD_DETECTED})
  endif()
endif()

if(UNFURL_SIMD_LEVEL MATCHES "^v[234]$")
  set(UNFURL_SIMD_FLAGS -march=x86-64-${UNFURL_SIMD_LEVEL})
  if(NOT UNFURL_SIMD_LEVEL STREQUAL "v4" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Packets wider than the level's registers go from function to function within files alone.
    list(APPEND UNFURL_SIMD_FLAGS -Wno-psabi)
  endif()
  if(UNFURL_SIMD_LEVEL STREQUAL "v4" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 warns about its own AVX-512 intrinsics header (GCC bug 105593).
    list(APPEND UNFURL_SIMD_FLAGS -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  message(FATAL_ERROR "UNFURL_SIMD is '${UNFURL_SIMD}'; it must be auto, v2, v3 or v4")
endif()
message(STATUS "SIMD level: ${UNFURL_SIMD_LEVEL}")
