// The program `unfurl`: the command line with the models that ship with the library.
#include "models/models.hpp"
#include "unfurl/cli.hpp"
#ifdef UNFURL_WITH_MPI
#include "unfurl/mpi.hpp"
#endif

int main(int argc, char** argv) {
  unfurl::let_threads_give_way(argv);
#ifdef UNFURL_WITH_MPI
  return unfurl::run(argc, argv, unfurl::all_models(), unfurl::mpi_ranks());
#else
  return unfurl::run(argc, argv, unfurl::all_models());
#endif
}
