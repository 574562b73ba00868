// The program `unfurl`: the command line with the models that ship with the library.
#include "models/models.hpp"
#include "unfurl/cli.hpp"

int main(int argc, char** argv) {
  unfurl::let_threads_give_way(argv);
  return unfurl::run(argc, argv, unfurl::all_models());
}
