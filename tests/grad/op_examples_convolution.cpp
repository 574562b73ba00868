// Images, kernels, strides and padding of every kind, Fourier transforms, and small matrices.
#include "grad/op_examples.hpp"
#include "program/attributes.hpp"
#include "unfurl/extend/convolution.hpp"
#include "unfurl/extend/fourier.hpp"

namespace unfurl::test {

void add_convolutions(std::vector<OpExample>& list) {
  const std::vector<ir::Convolution> windows = {{3, 4, 2, 3},              // inside the image
                                                {3, 3, 3, 3, 1, 1, 1, 1},  // the size stays
                                                {4, 3, 3, 2, 2, 1, 1, 0},  // rows are left over
                                                {3, 5, 2, 2, 2, 3, 2, 1},  // windows that see no pixel
                                                {1, 5, 1, 3, 1, 2, 0, 1},  // a sequence
                                                {2, 2, 1, 1}};
  const std::vector<std::pair<double, double>> any = {{-0.6, 0.6}}, positive = {{0.2, 0.5}};
  for (const auto& intervals : {any, positive})
    for (const bool lanes : {true, false}) {
      for (const ir::Convolution& w : windows)
        for (const auto& [in, out] : {std::pair(1, 1), {2, 3}, {3, 5}}) {
          if (out == 5 && w.kernel_width > 1) continue;
          const ir::Type kernel{out, in * w.kernel_height * w.kernel_width}, x{in, w.height * w.width, lanes},
              y{out, w.out_height() * w.out_width(), lanes};
          list.push_back({"convolution", {{kernel, intervals}, {x, intervals}}, w});
          list.push_back({"convolution_transpose", {{kernel, intervals}, {y, intervals}}, w});
          list.push_back({"convolution_kernel", {{x, intervals}, {y, intervals}}, w});
        }
      for (const ir::Fourier& f : {ir::Fourier{1, 1}, {1, 2}, {1, 7}, {1, 12}, {3, 4}, {4, 5}, {5, 1}})
        for (const int planes : {1, 2}) {
          list.push_back({"fourier", {{{planes, f.entries(), lanes}, intervals}}, f});
          list.push_back({"fourier_transpose", {{{planes, 2 * f.frequencies(), lanes}, intervals}}, f});
        }
      list.push_back(
          {"inverse", {{{1, 1, lanes}, positive}}, {}});  // larger ones have to be positive definite
      const ir::Shape shape{{4, 3}};
      list.push_back({"reshape", {{{2, 6, lanes}, intervals}}, shape});
      list.push_back({"reshape", {{{1, 12, lanes}, intervals}}, shape});
    }
}

}  // namespace unfurl::test
