// The README's programs are those that are compiled here and in models/, to the letter, and they run.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "paths.hpp"
#include "unfurl/unfurl.hpp"

namespace {

std::string read(const std::string& name) {
  std::ifstream file(std::string(source_folder) + "/" + name);
  REQUIRE_MESSAGE(file, name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The C++ blocks of a Markdown text.
std::vector<std::string> programs(const std::string& text) {
  std::vector<std::string> blocks;
  const std::string open = "```cpp\n", close = "```";
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    at += open.size();
    blocks.push_back(text.substr(at, text.find(close, at) - at));
  }
  return blocks;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("the README's programs are tested code") {
    const std::vector<std::string> blocks = programs(read("README.md"));
    REQUIRE(blocks.size() == 2);
    CHECK(read("models/denoiser.cpp").find(blocks[0]) != std::string::npos);
    CHECK(read("tests/e2e/readme_test.cpp").find(blocks[1]) != std::string::npos);
  }

  TEST_CASE("the README's training lowers the loss") {
    using namespace unfurl;
    constexpr int h = 6, w = 6;
    Model m("small");
    auto y = m.observed("y", {h, w});
    auto x = m.discrete("x", {h, w}, 2);
    m.factor("data", each(x), Field{m.param("g", 0.5) * y});
    m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), 0.1)});
    Random random(1);
    std::vector<float> noisy, clean;
    for (int i = 0; i < 64; ++i) {
      const bool white = random.uniform() < 0.5;  // images of one colour: couplings should grow
      for (int p = 0; p < h * w; ++p) {
        clean.push_back(white ? 1.0F : 0.0F);
        noisy.push_back(static_cast<float>((white ? 1 : -1) + 2 * random.normal()));
      }
    }
    Dataset data;
    data.add("y", 1, h * w, noisy).add("clean", 1, h * w, clean);
    const DataSource images = fixed(data);

    // clang-format off
  Network plain  = unroll(m, SumProduct{}, 10).compile();
  Network untied = unroll(m, SumProduct{}, 10).untie(all).compile();
  Trainer{.loss = loss::cross_entropy("x", "clean"), .optimizer = Adam{.rate = 0.02}, .epochs = 20}.fit(untied, images);
    // clang-format on

    const Loss loss = loss::cross_entropy("x", "clean");
    CHECK(evaluate_loss(untied, loss, data) < 0.7 * evaluate_loss(plain, loss, data));
  }
}
