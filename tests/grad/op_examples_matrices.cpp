// Matrices of every sample: products either way round, and systems that no pivot spoils.
#include "grad/op_examples.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::test {

void add_batch_matrices(std::vector<OpExample>& list) {
  const std::vector<std::pair<double, double>> any = {{-0.6, 0.6}}, positive = {{0.2, 0.5}};
  const std::vector<std::pair<bool, bool>> lanes = {
      {true, true}, {true, false}, {false, true}, {false, false}};
  for (const auto& intervals : {any, positive})
    for (const auto& [first, second] : lanes) {
      for (const bool left : {false, true})
        for (const bool right : {false, true}) {
          const ir::Type a = left ? ir::Type{3, 2, first} : ir::Type{2, 3, first},
                         x = right ? ir::Type{4, 3, second} : ir::Type{3, 4, second};
          list.push_back({"batch_matmul", {{a, intervals}, {x, intervals}}, ir::BatchProduct{left, right}});
        }
      for (const bool transpose : {false, true})
        for (const int n : {1, 3})
          list.push_back({"batch_solve",
                          {{{n, n, first}, intervals, 2}, {{n, 2, second}, intervals}},
                          ir::BatchSolve{transpose}});
    }
  for (const bool l : {true, false})
    for (const double diagonal : {2.0, -2.0})
      for (const int n : {1, 2, 4})
        list.push_back({"batch_log_determinant", {{{n, n, l}, any, diagonal}}, {}});
}

}  // namespace unfurl::test
