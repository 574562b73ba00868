// What a user of the library sees of it: the public headers and one link target.
#include <cstdio>
#include <string>

#include <unfurl/error.hpp>

int main() {
  try {
    throw unfurl::ModelError("variable 'x' has no states", "model.cpp:1", "declare at least two");
  } catch (const unfurl::Error& error) {
    std::puts(error.what());
    return std::string(error.what()).find("declare at least two") == std::string::npos;
  }
}
