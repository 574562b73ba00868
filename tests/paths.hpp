#pragma once

/// The checkout that the tests were built from, and the program `unfurl` built with them; absolute paths.
extern const char* const source_folder;
extern const char* const unfurl_program;
