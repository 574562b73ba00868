#include "core/launcher.hpp"

#include <algorithm>
#include <cstdlib>

namespace unfurl::detail {

namespace {

int number_in(const char* open_mpi, const char* pmi, int otherwise) {
  for (const char* name : {open_mpi, pmi})
    if (const char* text = std::getenv(name)) return std::atoi(text);
  return otherwise;
}

}  // namespace

int launched_processes() { return std::max(1, number_in("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", 1)); }
int launched_rank() { return number_in("OMPI_COMM_WORLD_RANK", "PMI_RANK", 0); }

}  // namespace unfurl::detail
