# find_package(unfurl) defines unfurl::unfurl and, when they were built, unfurl::models.
include("${CMAKE_CURRENT_LIST_DIR}/unfurl_dependencies.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/unfurlTargets.cmake")
