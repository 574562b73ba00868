/// The command line for a set of tasks: the built-in program, and a user's own `main` in one line:
///   int main(int argc, char** argv) { return unfurl::run(argc, argv, {my_task()}); }
#pragma once

#include <memory>
#include <vector>

#include "unfurl/experiment.hpp"

namespace unfurl {

/// Runs the command line: results on stdout, progress and errors on stderr. Returns the exit status: 0, 1 for a check
/// that failed, 2 for a wrong command or input and for results that cannot be printed, 130 for a training stopped by Ctrl-C
/// (its checkpoint is kept), 141 where the results' reader was gone. Progress that cannot be printed changes nothing.
///
/// With ranks, `train` and `compare` share every training among them; rank 0 alone writes and prints. Where one rank fails, it
/// says so and ends all.
int run(int argc, const char* const* argv, const std::vector<std::shared_ptr<const Task>>& tasks,
        const std::shared_ptr<Ranks>& ranks = nullptr);

/// For the start of a program's main: threads that wait for each other spin, and so keep the core from the one that prepares
/// the next data, which costs a tenth of the training. OpenMP's library learns only when it is loaded for how long to, hence
/// the program begins anew, once, unless GOMP_SPINCOUNT or OMP_WAIT_POLICY say what the user wants.
void let_threads_give_way(char** argv);

}  // namespace unfurl
