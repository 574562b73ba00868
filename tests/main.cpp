// Entry point of the test program; the cases are in the folders beside this file, one folder per test suite.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "paths.hpp"

// The one file that knows where it was built, so that a compiler cache serves the others in any folder.
const char* const source_folder = UNFURL_SOURCE_DIR;
const char* const unfurl_program = UNFURL_BINARY;
