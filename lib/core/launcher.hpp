// Whether this process is one of several that a launcher of MPI started.
#pragma once

namespace unfurl::detail {

/// How many there are, as Open MPI's mpirun, or one that speaks PMI (MPICH, Slurm), leaves it in the environment; 1 where nobody does.
int launched_processes();
/// Which of them this is, counted from 0.
int launched_rank();

}  // namespace unfurl::detail
