# Sets, by UNFURL_SIMD, UNFURL_SIMD_LEVELS: the x86-64 levels that what is hot is compiled for, ascending; UNFURL_SIMD_LEVEL: the
# first of them, which all else is compiled for; and for each UNFURL_SIMD_FLAGS_<level>. Levels are named (x86-64-v3, ...) and
# never `native`: g++ 12 takes some machines for a different family with odd tuning, which costs a quarter of the speed of
# matrix products.

set(unfurl_known_levels v2 v3 v4)

if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(UNFURL_SIMD_LEVELS default)
elseif(UNFURL_SIMD STREQUAL "all")
  set(UNFURL_SIMD_LEVELS ${unfurl_known_levels})
elseif(UNFURL_SIMD STREQUAL "auto")
  if(CMAKE_CROSSCOMPILING)
    set(UNFURL_SIMD_LEVELS v2)
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
    set(UNFURL_SIMD_LEVELS ${UNFURL_SIMD_DETECTED})
  endif()
else()
  string(REPLACE "," ";" UNFURL_SIMD_LEVELS "${UNFURL_SIMD}")
  list(REMOVE_DUPLICATES UNFURL_SIMD_LEVELS)
  list(SORT UNFURL_SIMD_LEVELS)
  foreach(level IN LISTS UNFURL_SIMD_LEVELS)
    if(NOT level IN_LIST unfurl_known_levels)
      message(FATAL_ERROR "UNFURL_SIMD is '${UNFURL_SIMD}'; it must be auto, all, or some of v2, v3 and v4, as in v2,v4")
    endif()
  endforeach()
endif()
list(GET UNFURL_SIMD_LEVELS 0 UNFURL_SIMD_LEVEL)

foreach(level IN LISTS UNFURL_SIMD_LEVELS)
  set(UNFURL_SIMD_FLAGS_${level} "")
  if(NOT level STREQUAL "default")
    set(UNFURL_SIMD_FLAGS_${level} -march=x86-64-${level})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      if(level STREQUAL "v4")
        # g++ 12 warns about its own AVX-512 intrinsics header (GCC bug 105593).
        list(APPEND UNFURL_SIMD_FLAGS_${level} -Wno-uninitialized -Wno-maybe-uninitialized)
      else()
        # Packets wider than the level's registers go from function to function within files alone.
        list(APPEND UNFURL_SIMD_FLAGS_${level} -Wno-psabi)
      endif()
    endif()
  endif()
endforeach()

list(LENGTH UNFURL_SIMD_LEVELS count)
if(count GREATER 1 AND (UNFURL_SANITIZE OR CMAKE_INTERPROCEDURAL_OPTIMIZATION OR CMAKE_CONFIGURATION_TYPES
    OR CMAKE_CXX_FLAGS MATCHES "--coverage|-flto"))
  message(FATAL_ERROR "UNFURL_SIMD is '${UNFURL_SIMD}', and sanitizers, coverage, link-time optimisation and generators of several"
    " configurations want one level; mend: -DUNFURL_SIMD=${UNFURL_SIMD_LEVEL}")
endif()
list(JOIN UNFURL_SIMD_LEVELS ", " text)
message(STATUS "SIMD levels: ${text}")
