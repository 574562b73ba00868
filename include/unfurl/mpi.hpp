/// The processes that `mpirun` started. In the component `mpi`, which is there where the library was built with MPI:
///   int main(int argc, char** argv) { return unfurl::run(argc, argv, {my_task()}, unfurl::mpi_ranks()); }
#pragma once

#include <memory>

#include "unfurl/ranks.hpp"

namespace unfurl {

/// The ranks of MPI_COMM_WORLD, for Trainer::ranks and run(); null where no launcher (`mpirun`, or Slurm's `srun` by PMI) started
/// this process with others. Begins MPI, which ends with the last copy of what is returned: call it once, in main. Throws
/// InternalError where MPI cannot begin.
std::shared_ptr<Ranks> mpi_ranks();

}  // namespace unfurl
