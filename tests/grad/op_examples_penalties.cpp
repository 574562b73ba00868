// Operands of selections, total variation and singular values.
#include "grad/op_examples.hpp"
#include "program/attributes.hpp"

namespace unfurl::test {

void add_penalties(std::vector<OpExample>& list) {
  using Intervals = std::vector<std::pair<double, double>>;
  // Wide, so that hardly a number is within a difference of a kink.
  const Intervals any = {{-200, 200}}, positive = {{1, 200}}, wide = {{-20, 20}};
  for (const bool l : {true, false})
    for (const bool other : {true, false}) {
      for (const Intervals& entries : {Intervals{{-90, 100}}, Intervals{{1, 200}}})
        for (const Intervals& count :
             {Intervals{{1.2, 1.4}, {2.6, 2.8}}, Intervals{{0.1, 0.4}, {0.6, 0.9}}}) {
          list.push_back({"top_k", {{{1, 5, l}, entries}, {{1, 1, other}, count}}, {}});
          list.push_back({"top_k", {{{2, 4, l}, entries}, {{2, 1, other}, count}}, {}});
          list.push_back({"top_k", {{{1, 5, l}, entries}, {{1, 1, other}, count}}, ir::Selection{true}});
        }
      list.push_back({"top_k", {{{1, 3, l}, any}, {{1, 1, other}, {{3.5, 6}, {-2, -1}}}}, {}});
      for (const Intervals& intervals : {Intervals{{-40, 40}}, Intervals{{1, 40}}})
        for (const Intervals& weight : {Intervals{{3, 6}}, Intervals{{20, 25}}, Intervals{{90, 120}}})
          for (const int n : {1, 2, 3, 7})
            list.push_back({"total_variation", {{{1, n, l}, intervals}, {{1, 1, other}, weight}}, {}});
      for (const Intervals& intervals : {any, positive})
        list.push_back({"mean_over_runs",
                        {{{2, 6, l}, intervals}, {{2, 6, other, Domain::index}, {{0, 0}, {1, 1}}}},
                        {}});
      for (const auto& [rows, columns] : {std::pair(2, 2), {3, 2}, {2, 3}, {3, 3}, {1, 3}})
        for (const Intervals& threshold : {Intervals{{1, 3}}, Intervals{{500, 600}}}) {
          const ir::MatrixRows shape{columns};
          const ir::Type t{1, rows * columns, l};
          list.push_back({"shrink_singular_values", {{t, wide}, {{1, 1, other}, threshold}}, shape});
        }
    }
  for (const bool l : {true, false})
    for (const auto& [rows, columns] : {std::pair(2, 2), {3, 2}, {2, 3}, {3, 3}, {1, 3}}) {
      const ir::Type t{1, rows * columns, l};
      const ir::MatrixRows shape{columns};
      // No gradient but in the direction: the matrix and the threshold are therefore of the kind that has none.
      list.push_back({"shrink_singular_values_slope",
                      {{{1, rows * columns, l, Domain::index}, wide},
                       {{1, 1, true, Domain::index}, {{1, 3}, {10, 12}}},
                       {t, wide}},
                      shape});
      list.push_back(
          {"polar_factor",
           {{{1, rows * columns, l, Domain::index}, wide}, {{1, 1, true, Domain::index}, {{1, 3}, {0, 0}}}},
           shape});
    }
}

}  // namespace unfurl::test
