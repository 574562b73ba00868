#include "unfurl/checkpoint.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <fstream>
#include <sstream>

#include "store/checkpoint_bytes.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;

namespace {

Checkpoint example() {
  Checkpoint c;
  c.declaration = R"({"task": "δenoiser", "layers": 3})";
  // Single precision is exact for J, not for g; edges of both number types.
  c.parameters.push_back(
      {"J@0", "J", 0, {1, 4, false, Domain::real}, true, {0.5, -0.0, FLT_MIN, FLT_MAX}, {0, 1}});
  c.parameters.push_back(
      {"g", "g", 0, {2, 2, false, Domain::nonneg}, false, {0.1, DBL_MIN, DBL_MAX, 5e-324}, {2}});
  c.training = {7, std::int64_t{1} << 40, "Adam(0.001)", {{"optimizer.0", {1.0 / 3, 2}}, {"none", {}}}};
  return c;
}

/// A chain with a coupling per edge and one field, K layers.
Network chain_network(int layers, const std::string& tying, int n = 3, Domain domain = Domain::real) {
  Model m("chain");
  const auto y = m.observed("y", {n});
  const auto x = m.discrete("x", {n}, 2);
  const auto J = m.param("J", per_edge(chain(x)), 0.8, domain);
  const auto g = m.param("g", 1.2);
  m.factor("data", each(x), Field{g * y});
  m.factor("smooth", chain(x), Ising{J});
  return unroll(m, SumProduct{}, layers).tying(tying).compile();
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "unfurl_checkpoint_test";
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("checkpoint: what a scale multiplies is kept, and found by its name in files that do not say") {
    Checkpoint c = example();
    const Parameter one{"J.scale@0", "J.scale", 0, {1, 1, false, Domain::real}, true, {2}, {0}};
    c.parameters.push_back(one);
    c.parameters.push_back({"bp.scale", "bp.scale", 0, {1, 1, false, Domain::real}, true, {3}, {0}});
    const std::string silent = encode(c);
    c.parameters[2].scale_of = "J";
    const std::string told = encode(c);
    CHECK(told.size() > silent.size());
    for (const std::string& bytes : {silent, told}) {
      const Checkpoint read = decode(bytes, "here");
      CHECK(read.parameters[2].scale_of == "J");
      CHECK_FALSE(read.parameters[0].scale_of);
      CHECK_FALSE(read.parameters[3].scale_of);
    }
  }

  TEST_CASE("checkpoint: everything comes back, to the bit") {
    const Folder folder;
    const Checkpoint in = example();
    save(folder.path / "a", in);
    const Checkpoint out = load(folder.path / "a");
    CHECK(out.declaration == in.declaration);
    REQUIRE(out.parameters.size() == in.parameters.size());
    for (std::size_t i = 0; i < in.parameters.size(); ++i) {
      const Parameter &p = in.parameters[i], &q = out.parameters[i];
      CHECK(q.name == p.name);
      CHECK(q.base == p.base);
      CHECK(q.copy == p.copy);
      CHECK(q.type == p.type);
      CHECK(q.trained == p.trained);
      CHECK(q.places == p.places);
      CHECK(same_bits(q.values, p.values));
    }
    CHECK(out.training.epoch == in.training.epoch);
    CHECK(out.training.step == in.training.step);
    CHECK(out.training.optimizer == in.training.optimizer);
    REQUIRE(out.training.arrays.size() == in.training.arrays.size());
    for (std::size_t i = 0; i < in.training.arrays.size(); ++i) {
      CHECK(out.training.arrays[i].first == in.training.arrays[i].first);
      CHECK(same_bits(out.training.arrays[i].second, in.training.arrays[i].second));
    }
  }

  TEST_CASE("checkpoint: equal contents give equal bytes, and nothing else is left in the folder") {
    const Folder folder;
    save(folder.path / "a", example());
    save(folder.path / "b", load(folder.path / "a"));
    save(folder.path / "a", example());  // over an existing file
    CHECK(contents(folder.path / "a") == contents(folder.path / "b"));
    CHECK(contents(folder.path / "a") == encode(example()));
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path)) ++files;
    CHECK(files == 2);
  }

  TEST_CASE("checkpoint: values that are exact in single precision take four bytes each") {
    Checkpoint c;
    c.parameters.push_back({"W", "W", 0, {1, 1000, false}, true, std::vector<double>(1000, 0.25), {0}});
    const std::size_t single = encode(c).size();
    c.parameters[0].values[17] = 0.1;
    CHECK(encode(c).size() == single + 4000);
  }

  TEST_CASE("checkpoint: copies that are alike are stored once, and read to the same bits") {
    Checkpoint c;
    const auto add = [&](const std::string& name, const std::vector<double>& values) {
      c.parameters.push_back({name, "W", 0, {1, static_cast<int>(values.size())}, false, values, {0}});
    };
    std::vector<double> w(100000);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = 0.1 * static_cast<double>(i);
    add("W@0", w);
    const std::size_t once = encode(c).size();
    CHECK(encode(c).substr(6, 2) == "01");  // as before
    for (int k = 1; k < 17; ++k) add("W@" + std::to_string(k), w);
    add("other", std::vector<double>(100000, 0.5));
    std::string bytes = encode(c);
    CHECK(bytes.size() < once + 400000 + 17 * 300);
    CHECK(bytes.substr(6, 2) == "02");
    const Checkpoint read = decode(bytes, "bytes");
    REQUIRE(read.parameters.size() == 18);
    for (std::size_t i = 0; i < 18; ++i) CHECK(same_bits(read.parameters[i].values, c.parameters[i].values));
    CHECK(encode(read) == bytes);
    bytes[bytes.size() / 2] ^= 1;
    CHECK_THROWS_AS(decode(bytes, "bytes"), DataError);

    c.parameters.clear();  // what would take much more memory than the file has bytes lies there more often
    for (int k = 0; k < 100; ++k) add("W@" + std::to_string(k), w);
    bytes = encode(c);
    CHECK(repeats_within_limit(std::size_t{100} * 800000 - bytes.size(), bytes.size()));
    CHECK(same_bits(decode(bytes, "bytes").parameters[99].values, w));
  }

  TEST_CASE("checkpoint: assign copies the values of every copy, and keeps what is trained") {
    Network from = chain_network(3, "untied"), to = chain_network(3, "untied");
    double v = 0.1;
    for (Parameter& p : from.parameters())
      for (double& x : p.values) x = v += 0.1;
    to.parameters()[0].trained = false;
    assign({"", from.parameters(), {}}, to);
    REQUIRE(to.parameters().size() == from.parameters().size());
    for (std::size_t i = 0; i < to.parameters().size(); ++i)
      CHECK(same_bits(to.parameters()[i].values, from.parameters()[i].values));
    CHECK_FALSE(to.parameters()[0].trained);
    const Dataset data = Dataset().add("y", 1, 3, {0.5f, -1.0f, 0.25f});
    CHECK(from.run(data)["x"].values == to.run(data)["x"].values);
  }

  TEST_CASE("checkpoint: a refused assign names the parameter and changes nothing") {
    Network network = chain_network(2, "untied");
    const auto refused = [&](const Checkpoint& c, const std::string& text) {
      const std::vector<Parameter> before = network.parameters();
      try {
        assign(c, network);
        FAIL("accepted");
      } catch (const DataError& error) {
        CAPTURE(std::string(error.what()));
        CHECK(std::string(error.what()).find(text) != std::string::npos);
      }
      for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(same_bits(before[i].values, network.parameters()[i].values));
    };
    const auto of = [](const Network& other) { return Checkpoint{"", other.parameters(), {}}; };
    refused(of(chain_network(2, "tied")), "no parameter 'g@0'");
    refused(of(chain_network(3, "untied")), "this one has no parameter 'J@2'");
    refused(of(chain_network(2, "untied", 4)), "'J@0' has shape [1, 3], not [1, 2]");
    refused(of(chain_network(2, "untied", 3, Domain::nonneg)), "another domain");
    Checkpoint bad = of(network);
    bad.parameters[1].values[0] = std::nan("");
    refused(bad, "holds nan");
    bad = of(network);
    bad.parameters[0].values.pop_back();
    refused(bad, "has 0 values");
  }
}
