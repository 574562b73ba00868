// Entry point of the test program; the cases are in the folders beside this file, one folder per test suite.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
