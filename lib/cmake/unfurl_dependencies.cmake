# The libraries that a program linking libunfurl.a needs. One list for this build and for the installed package,
# where unfurlConfig.cmake includes it.
include(CMakeFindDependencyMacro)

find_dependency(Threads)
find_dependency(OpenMP COMPONENTS CXX)
find_dependency(fmt 9 CONFIG)
find_dependency(ZLIB)
# Naming the component `float` as well would define kissfft::kissfft, which two projects in one build cannot share.
find_dependency(kissfft CONFIG COMPONENTS SHARED)
find_dependency(PkgConfig)
pkg_check_modules(unfurl_sndfile REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(unfurl_soxr REQUIRED IMPORTED_TARGET soxr)
pkg_check_modules(unfurl_graphviz REQUIRED IMPORTED_TARGET libgvc libcgraph)
pkg_check_modules(unfurl_zip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(unfurl_png REQUIRED IMPORTED_TARGET libpng)
