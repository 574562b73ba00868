#include "unfurl/draw.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "draw/dot.hpp"
#include "draw/formula.hpp"
#include "draw_helpers.hpp"
#include "draw_models.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;
using namespace drawing::models;
using drawing::count;

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("draw: small factor graphs have every variable and factor") {
    const std::string dot = factor_dot(grid(3, 3));
    CHECK(drawing::frames(to_svg(dot)).size() == 9 + 9 + 9 + 12);
    CHECK(count(dot, " -- ") == 9 + 9 + 24);
    CHECK(count(dot, "\"x[4]\"") == 1 + 1 + 4);  // itself, its data, its four neighbours
    const std::string own_way = factor_dot(tree());
    CHECK(drawing::frames(to_svg(own_way)).size() == 7 + 7 + 1 + 7 + 1 + 6 + 1);
  }

  TEST_CASE("draw: from thirteen instances on, groups are plates with their counts") {
    const std::string dot = factor_dot(grid(50, 40));
    CHECK(drawing::frames(to_svg(dot)).size() == 6);
    CHECK(count(dot, "subgraph") == 2);
    CHECK(count(dot, "50 \u00d7 40") == 1);
    CHECK(count(dot, "3910 pairs") == 1);
    CHECK(count(dot, "Ising(J)") == 1);
    // y belongs to each pixel, J to each pair, g to the whole model.
    const std::string pixels = dot.substr(0, dot.find("cluster_smooth"));
    CHECK(count(pixels, "\"y\" [") == 1);
    CHECK(count(pixels, "\"g\" [") == 0);
    CHECK(factor_dot(grid(1, 12)).find("subgraph") == std::string::npos);
    CHECK(factor_dot(grid(1, 13)).find("subgraph") != std::string::npos);
  }

  TEST_CASE("draw: latents stand beside data and parameters, with their formula") {
    const std::string dot = factor_dot(nmf());
    CHECK(drawing::frames(to_svg(dot)).size() == 7);
    CHECK(count(dot, "unit_columns(Ws) * Hs + Wn * Hn") == 1);
    CHECK(count(dot, "\"fit\" -- \"Hs\"") == 1);
    CHECK(count(dot, "\"V\" -- \"fit\"") == 1);
    CHECK(count(dot, "\"sparse\" -- \"Hn\"") == 0);
  }

  TEST_CASE("draw: no drawing has overlapping nodes, and every drawing is the same text twice") {
    for (const Model& m :
         {grid(2, 2), grid(3, 3), grid(1, 5), grid(20, 20), tree(), nmf(), sparse_coding()}) {
      CAPTURE(m.name());
      CHECK(drawing::overlap(to_svg(factor_dot(m))) == "");
      CHECK(factor_dot(m) == factor_dot(Model(m)));
    }
    const std::vector<Network> all = networks();
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CHECK(drawing::overlap(to_svg(network_dot(all[i]))) == "");
      CHECK(drawing::overlap(to_svg(step_dot(all[i]))) == "");
      CHECK(network_dot(all[i]) == network_dot(Network(all[i])));
      CHECK(step_dot(all[i]) == step_dot(Network(all[i])));
    }
  }

  TEST_CASE("draw: tied parameters have one node and one colour, untied ones a node and a colour per layer") {
    const int layers = 4;
    const std::string tied = network_dot(network(grid(2, 2), SumProduct{}, layers, "tied"));
    CHECK(drawing::fills(tied).count("J") == 1);
    CHECK(count(tied, "\"J\" -> ") == layers);
    CHECK(count(tied, "\"g\" -> ") == layers + 1);  // and the read-out

    const std::string untied = network_dot(network(grid(2, 2), SumProduct{}, layers, "untied"));
    const auto fills = drawing::fills(untied);
    std::set<std::string> colours;
    for (int k = 0; k < layers; ++k) {
      const std::string copy = detail::cat("@", k);
      REQUIRE(fills.count("J" + copy) == 1);
      CHECK(fills.at("J" + copy) == fills.at("g" + copy));
      CHECK(count(untied, detail::cat("\"J", copy, "\" -> ")) == 1);
      colours.insert(fills.at("J" + copy));
    }
    CHECK(colours.size() == layers);

    const std::string blocks = network_dot(network(grid(2, 2), SumProduct{}, layers, "blocks:2"));
    CHECK(count(blocks, "\"J@0\" -> ") == 2);
    CHECK(count(blocks, "\"J@1\" -> ") == 2);
    CHECK(drawing::fills(blocks).at("J@0") != drawing::fills(blocks).at("J@1"));
  }

  TEST_CASE("draw: copies that are not trained are dashed") {
    const std::string dot = network_dot(network(nmf(), MultiplicativeUpdate{}, 4, "last:2"));
    CHECK(count(dot, "filled,rounded,dashed") == 2);
    CHECK(count(dot, "not trained") == 1);
    CHECK(count(network_dot(network(nmf(), MultiplicativeUpdate{}, 4, "untied")), "dashed") == 0);
  }

  TEST_CASE("draw: the layered network says which states a layer reads") {
    const std::string ista = network_dot(network(sparse_coding(), ProximalGradient{}, 4, "tied"));
    CHECK(count(ista, "\"layer ") == 4 + 2 * 3 + 1 + 4 * 3 + 4);  // nodes, chain, read-out, parameters, data
    const std::string fista =
        network_dot(network(sparse_coding(), ProximalGradient{.accelerated = true}, 4, "tied"));
    CHECK(count(fista, "\" -> \"layer ") ==
          count(ista, "\" -> \"layer ") + 2);  // layers 2 and 3 look two back
    CHECK(count(ista, "\"input b\" -> ") == 4);
    const std::string field_only = [] {
      Model m("independent");
      const auto x = m.discrete("x", {3}, 2);
      m.factor("data", each(x), Field{m.observed("y", {3})});
      return network_dot(network(m, SumProduct{}, 3, "tied"));
    }();
    CHECK(count(to_svg(field_only), "class=\"node\"") == 3);  // nothing to iterate: data and two read-outs
  }

  TEST_CASE("draw: a deep network is as large as one of nine layers") {
    const auto nodes = [](int layers) {
      return drawing::frames(to_svg(network_dot(network(grid(2, 2), SumProduct{}, layers, "untied")))).size();
    };
    CHECK(nodes(9) == nodes(25));
    CHECK(nodes(8) > nodes(9));
    const std::string dot = network_dot(network(grid(2, 2), SumProduct{}, 25, "untied"));
    CHECK(count(dot, "layers 3 \u2013 22") == 1);
    CHECK(count(dot, "40 copies") == 1);
    CHECK(drawing::fills(dot).count("J@2") == 1);
    CHECK(drawing::fills(dot).count("J@3") == 0);
    CHECK(drawing::fills(dot).count("J@23") == 1);
  }

  TEST_CASE("draw: the step shows its operations, parameters and data") {
    const std::string dot = step_dot(network(grid(2, 2), SumProduct{}, 3, "untied"));
    CHECK(count(dot, "layer 1") == 1);
    CHECK(count(dot, "<ising_message<") == 2);
    CHECK(count(dot, "exclusive_sum") == 1);
    CHECK(drawing::frames(to_svg(dot)).size() >= 8);
    for (const char* part : {"<J@1<", "<g@1>", "<y<", "<factor 'smooth' (draw_models.hpp:", "layer 0"}) {
      CAPTURE(std::string(part));
      CHECK(count(dot, part) == 1);
    }
    CHECK(count(dot, "J@0") + count(dot, "J@2") == 0);
    CHECK(count(step_dot(conventional()), "<weight1<") == 1);
  }

  TEST_CASE("draw: a beta that is learned stands in the factor, and every layer has its own") {
    Model m("nmf");
    const auto V = m.observed("V", {6}, nonneg);
    const auto W = m.param("W", matrix(6, 4), 0.1, nonneg), beta = m.param("beta", 1.0);
    const auto H = m.latent("H", {4}, nonneg);
    m.factor("fit", BetaDivergence{beta, V, W * H});
    const std::string factors = factor_dot(m);
    CHECK(count(factors, "BetaDivergence(beta, V, W * H)") == 1);
    CHECK(count(factor_dot(nmf()), "beta") == 0);
    const Network untied = network(m, MultiplicativeUpdate{}, 3, "untied");
    for (const char* copy : {"beta@0", "beta@1", "beta@2"})
      CHECK(count(network_dot(untied), detail::cat("\"", copy, "\" -> ")) == 1);
    CHECK(count(step_dot(untied), "<pow<") == 2);
  }

  TEST_CASE("draw: formulas read as written") {
    Model m("formulas");
    const auto a = m.param("a", vector(3), 1.0, nonneg), b = m.param("b", vector(3), 2.0, nonneg);
    const auto W = m.param("W", matrix(3, 3), 1.0, nonneg);
    CHECK(to_text(a - (b - a)) == "a - (b - a)");
    CHECK(to_text(a + (b + a)) == "a + b + a");
    CHECK(to_text(W * (a + b) / b) == "W * (a + b) / b");
    CHECK(to_text(a / (b / a)) == "a / (b / a)");
    CHECK(to_text(-(a + b)) == "-(a + b)");
    CHECK(to_text(2.5 * cwise(a, b)) == "2.5 * (a \u2218 b)");
    CHECK(to_text(exp(-a) + symmetric(W) * b) == "exp(-a) + symmetric(W) * b");
    const auto found = mentions(W * a + b);
    REQUIRE(found.size() == 3);
    CHECK_FALSE(found[1].row_by_row);
    CHECK(found[2].row_by_row);
  }

  TEST_CASE("draw: any name can be drawn") {
    CHECK(dot_text::clean("gr\u00f6\u00dfe \u6f22 \U0001f600") == "gr\u00f6\u00dfe \u6f22 \U0001f600");
    CHECK(dot_text::clean("a\xff"
                          "b\xc3") ==
          "a\ufffd"
          "b\ufffd");
    CHECK(dot_text::clean("\xe0\x80\x80") == "\ufffd\ufffd\ufffd");            // overlong
    CHECK(dot_text::clean("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");            // half of a surrogate pair
    CHECK(dot_text::clean("\xf4\x90\x80\x80") == "\ufffd\ufffd\ufffd\ufffd");  // above U+10FFFF
    CHECK(dot_text::clean("a\nb\x01") == "a b ");
    CHECK(dot_text::html("<a & \"b\">") == "&lt;a &amp; &quot;b&quot;&gt;");
    for (const std::string name : {"<b>", "a&b;", "\"", "\\", "\\N", "a\nb", "node", "gr\u00f6\u00dfe",
                                   "\u6f22", "x:n", "\xff", "&amp;", " "}) {
      CAPTURE(name);
      Model m(name);
      const auto x = m.discrete(name, {2}, 2);
      m.factor(name + "1", each(x), Field{m.param(name + "2", 0.1) * m.observed(name + "3", {2})});
      m.factor(name + "4", chain(x), Ising{0.5});
      const auto twenty = m.discrete(name + "5", {20}, 2);
      CHECK(drawing::frames(to_svg(factor_dot(m))).size() == 6);
      m.factor(name + "6", each(twenty), Field{0.5});
      const Network n = network(m, SumProduct{}, 2, "tied");
      std::string written = dot_text::html(name + "2");
      if (const auto slash = written.find("\\\\"); slash != std::string::npos) written.erase(slash, 1);
      CHECK(count(to_svg(network_dot(n)), ">" + written + "</text>") == 1);
      CHECK(to_svg(step_dot(n)).size() > 0);
    }
  }

  TEST_CASE("draw: DOT, SVG and PNG files, from several threads") {
    const auto folder = std::filesystem::temp_directory_path() / "unfurl_draw_test";
    std::filesystem::create_directories(folder);
    const std::string dot = factor_dot(grid(2, 2));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        for (const char* kind : {".dot", ".svg", ".png"}) render(dot, folder / detail::cat(i, kind));
      });
    for (std::thread& t : threads) t.join();
    for (int i = 0; i < 4; ++i) {
      CHECK(contents(folder / detail::cat(i, ".dot")) == dot);
      CHECK(contents(folder / detail::cat(i, ".svg")) == to_svg(dot));
      CHECK(contents(folder / detail::cat(i, ".png")).substr(0, 8) == "\x89PNG\r\n\x1a\n");
    }
    CHECK(to_svg(dot).substr(0, 4) == "<svg");
    std::filesystem::remove_all(folder);
  }
}
