// Programs that take more memory than there is, and what is said of them.
#include "error/model_errors.hpp"
#include "store/network_text.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/network.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

/// A network of one layer with a matrix of 40000 x 40000 for every sample.
Checkpoint with_large_matrix(const std::string& origin) {
  return {"",
          {},
          {},
          "network\nlayers 1\ninput \"y\" [1, 40000, lanes]\nreadout \"x\"\nprogram\n"
          "%0:[1, 40000, lanes] = input name=\"y\" shape=[1, 40000, lanes]\n"
          "%1:[40000, 40000, lanes] = broadcast %0 shape=[40000, 40000, lanes]" +
              origin +
              "\n%2:[40000, 40000, lanes] = add %1 %0\n"
              "%3:[1, 1, lanes] = sum_to %2 shape=[1, 1, lanes]\nreturn \"x@1\" = %3\n"};
}

}  // namespace

TEST_CASE("a program whose values take more memory than there is names the largest one, and its line") {
  for (const std::string origin : {"", "  # layer 0, \"factor 'all' (mine.cpp:14)\""}) {
    const Network network = network_of(with_large_matrix(origin));
    Dataset data;
    data.add("y", 1, 40000, std::vector<float>(40000 * 64, 1));
    (void)expect_error<Error>([&] { (void)network.run(data); },
                              {"not enough memory", "a run takes", "its largest value", "6.40 GB a sample",
                               origin.empty() ? "[40000, 40000" : "mine.cpp:14"});
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
