#include "cli/project/project_files.hpp"

namespace unfurl::app {

namespace {

constexpr char lists[] = R"(cmake_minimum_required(VERSION 3.25)
project(@NAME LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
find_package(unfurl 0.2 REQUIRED COMPONENTS app)
enable_testing()

add_library(model STATIC model.cpp)
target_link_libraries(model PUBLIC unfurl::app)

add_executable(program main.cpp)
set_target_properties(program PROPERTIES OUTPUT_NAME @NAME)
target_link_libraries(program PRIVATE model)

add_executable(model_test model_test.cpp)
target_link_libraries(model_test PRIVATE model)
add_test(NAME model COMMAND model_test)
add_test(NAME gradients COMMAND program check @NAME)
)";

constexpr char header[] = R"(#pragma once

#include <unfurl/simple_task.hpp>

/// Bits of a chain, seen through noise.
unfurl::Model chain_model();
/// So many samples: clean bits, and what is seen of them.
unfurl::Dataset chains(int count, std::uint64_t seed);
/// All that the command line needs.
std::shared_ptr<const unfurl::Task> task();
)";

constexpr char model[] = R"(#include "model.hpp"

#include <unfurl/factors.hpp>
#include <unfurl/train.hpp>

using namespace unfurl;

constexpr int length = 20;

Model chain_model() {
  Model m("@NAME");
  auto y = m.observed("y", {length});
  auto x = m.discrete("x", {length}, 2);
  auto J = m.param("J", per_edge(chain(x)), 0.5);  // one coupling per pair of neighbours
  auto g = m.param("g", 0.5);                      // trust in the data
  m.factor("data", each(x), Field{g * y});
  m.factor("smooth", chain(x), Ising{J});
  return m;
}

Dataset chains(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> bits, seen;
  for (int i = 0; i < count; ++i) {
    bool bit = random.uniform() < 0.5;
    for (int j = 0; j < length; ++j) {
      if (random.uniform() < 0.1) bit = !bit;
      bits.push_back(bit ? 1.0F : 0.0F);
      seen.push_back(static_cast<float>((bit ? 1 : -1) + 1.2 * random.normal()));
    }
  }
  Dataset data;
  data.add("bits", 1, length, std::move(bits)).add("y", 1, length, std::move(seen));
  return data;
}

std::shared_ptr<const Task> task() {
  return SimpleTask{.name = "@NAME",
                    .summary = "bits of a chain, seen through noise",
                    .model = chain_model,
                    .loss = loss::cross_entropy("x", "bits"),
                    .data = [](std::uint64_t seed) { return chains(1000, seed); },
                    .algorithm = "bp",
                    .layers = 5,
                    .optimizer = Adam{.rate = 0.02}};
}
)";

constexpr char main_program[] = R"(#include <unfurl/cli.hpp>

#include "model.hpp"

int main(int argc, char** argv) { return unfurl::run(argc, argv, {task()}); }
)";

constexpr char test[] =
    R"(// What must hold of the model: before training the layers are the algorithm, and training pays on samples that it did not see.
#include <unfurl/algorithms.hpp>
#include <unfurl/schedule.hpp>
#include <unfurl/train.hpp>

#include <cmath>
#include <cstdio>

#include "model.hpp"

using namespace unfurl;

int main() {
  const Network plain = unroll(chain_model(), SumProduct{}, 5).compile();
  Network untied = unroll(chain_model(), SumProduct{}, 5).untie(all).compile();
  const Dataset fresh = chains(200, 2);
  const std::vector<float> a = plain.run(fresh)["x"].values, b = untied.run(fresh)["x"].values;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::abs(a[i] - b[i]) > 1e-6F) {
      std::puts("before training the untied network is not the algorithm");
      return 1;
    }
  const Loss loss = loss::cross_entropy("x", "bits");
  const double before = evaluate_loss(untied, loss, fresh);
  Trainer{.loss = loss, .optimizer = Adam{.rate = 0.02}, .epochs = 5, .batch = 32}.fit(untied, fixed(chains(1000, 1)));
  const double after = evaluate_loss(untied, loss, fresh);
  std::printf("cross-entropy before %.4f, after %.4f\n", before, after);
  return after < before ? 0 : 1;
}
)";

constexpr char readme[] = R"(# @NAME

```sh
cmake -S . -B build && cmake --build build && ctest --test-dir build
build/@NAME train @NAME -o runs/first
build/@NAME compare @NAME -o results
```

`model.cpp` declares the model and makes its data; `model_test.cpp` says what must hold; `main.cpp` is the command line.
)";

}  // namespace

std::vector<std::pair<std::string, std::string>> project_files(const std::string& name) {
  std::vector<std::pair<std::string, std::string>> files = {{"CMakeLists.txt", lists},
                                                            {"README.md", readme},
                                                            {"main.cpp", main_program},
                                                            {"model.cpp", model},
                                                            {"model.hpp", header},
                                                            {"model_test.cpp", test},
                                                            {".gitignore", "build/\nruns/\nresults/\n"}};
  const std::string mark = "@NAME";
  for (auto& [file, text] : files)
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + name.size()))
      text.replace(at, mark.size(), name);
  return files;
}

}  // namespace unfurl::app
