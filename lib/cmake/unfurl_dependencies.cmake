# The libraries that a program needs which links a part of unfurl. One list for this build and for the installed package,
# where unfurlConfig.cmake includes it.
include(CMakeFindDependencyMacro)

# unfurl_find_dependencies(COMPONENT): a macro, since find_dependency returns from its caller where something is missing.
macro(unfurl_find_dependencies component)
  if("${component}" STREQUAL "core")
    find_dependency(Threads)
    find_dependency(OpenMP COMPONENTS CXX)
  elseif("${component}" STREQUAL "formats")
    find_dependency(fmt 9 CONFIG)
    find_dependency(ZLIB)
    find_dependency(PkgConfig)
    pkg_check_modules(unfurl_zip REQUIRED IMPORTED_TARGET libzip)
  elseif("${component}" STREQUAL "draw")
    find_dependency(PkgConfig)
    pkg_check_modules(unfurl_graphviz REQUIRED IMPORTED_TARGET libgvc libcgraph)
  elseif("${component}" STREQUAL "audio")
    # Naming the component `float` as well would define kissfft::kissfft, which two projects in one build cannot share.
    find_dependency(kissfft CONFIG COMPONENTS SHARED)
    find_dependency(PkgConfig)
    pkg_check_modules(unfurl_sndfile REQUIRED IMPORTED_TARGET sndfile)
    pkg_check_modules(unfurl_soxr REQUIRED IMPORTED_TARGET soxr)
  elseif("${component}" STREQUAL "app")
    find_dependency(fmt 9 CONFIG)
    find_dependency(PkgConfig)
    pkg_check_modules(unfurl_png REQUIRED IMPORTED_TARGET libpng)
  elseif("${component}" STREQUAL "mpi")
    set(MPI_CXX_SKIP_MPICXX TRUE)  # its C++ functions, which MPI 3 took away
    find_dependency(MPI 3 COMPONENTS CXX)
  endif()
endmacro()
