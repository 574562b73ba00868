#include "unfurl/safetensors.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>

#include "error/error_of.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/extend/builder.hpp"

using namespace unfurl;
using test::error_of;

namespace {

Network network_of(std::vector<Parameter> parameters) {
  Unrolled u;
  ir::Builder b(u.graph);
  u.signature.layers = 1;
  u.signature.inputs = {{"y", {1, 1, true}}};
  u.signature.readouts = {"z"};
  u.graph.outputs = {{"z@1", b.neg(b.input("y", {1, 1, true}))}};
  u.parameters = std::move(parameters);
  return Network(u);
}

Network example() {
  return network_of({{"W@0", "W", 0, {2, 3, false}, true, {1, -2, 0.5, 4, 5, 6}, {0}},
                     {"b", "b", 0, {1, 2, false, Domain::nonneg}, true, {0.1, 3}, {0}},
                     {"c", "c", 0, {1, 1, false}, false, {-0.0}, {0}}});
}

std::string length_of(std::size_t n) {
  std::string s;
  for (int i = 0; i < 8; ++i) s += static_cast<char>((n >> (8 * i)) & 255);
  return s;
}

std::string file_of(const std::string& header, const std::string& bytes) {
  return length_of(header.size()) + header + bytes;
}

std::string refusal(const std::string& bytes) {
  return error_of([&] { (void)read_safetensors(bytes, "w.safetensors"); });
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("safetensors: what is written has the bytes of the format") {
    std::string header =
        R"({"W@0":{"data_offsets":[16,40],"dtype":"F32","shape":[2,3]},"__metadata__":{"format":"unfurl"},)"
        R"("b":{"data_offsets":[0,16],"dtype":"F64","shape":[2]},"c":{"data_offsets":[40,44],"dtype":"F32","shape":[1]}})";
    while (header.size() % 8 != 0) header += ' ';
    std::string bytes;
    const auto put = [&](auto number) {
      const auto* from = reinterpret_cast<const char*>(&number);
      bytes.append(from, sizeof number);
    };
    for (const double v : {0.1, 3.0}) put(v);
    for (const float v : {1.F, -2.F, 0.5F, 4.F, 5.F, 6.F, -0.F}) put(v);
    CHECK(to_safetensors(example()) == file_of(header, bytes));
  }

  TEST_CASE("safetensors: weights come back to the bit, and into a network") {
    const Network from = example();
    const auto weights = read_safetensors(to_safetensors(from), "here");
    CHECK(weights.size() == 3);
    CHECK(weights.at("W@0").shape == std::vector<std::size_t>{2, 3});
    CHECK(weights.at("c").shape == std::vector<std::size_t>{1});
    Network to = example();
    for (Parameter& p : to.parameters()) p.values.assign(p.values.size(), 7);
    assign(weights, to, "here");
    for (const Parameter& p : from.parameters())
      for (std::size_t i = 0; i < p.values.size(); ++i)
        CHECK(std::bit_cast<std::uint64_t>(to.parameter(p.name).values[i]) ==
              std::bit_cast<std::uint64_t>(p.values[i]));
    CHECK_FALSE(to.parameter("c").trained);
  }

  TEST_CASE("safetensors: numbers of all sizes are read, with subnormal and infinite halves") {
    const std::string halves("\x00\x3c\x00\xc0\x01\x00\x00\x7c\xff\x03\x00\x80", 12);
    const auto read =
        read_safetensors(file_of(R"({"h":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},)"
                                 R"("b":{"dtype":"BF16","shape":[],"data_offsets":[12,14]},)"
                                 R"("e":{"dtype":"F32","shape":[0,5],"data_offsets":[14,14]}}   )",
                                 halves + std::string("\xc0\x3f", 2)),
                         "here");
    const std::vector<double> wanted{1, -2, std::ldexp(1, -24), HUGE_VAL, std::ldexp(1023, -24), -0.0};
    CHECK(read.at("h").values == wanted);
    CHECK(std::signbit(read.at("h").values[5]));
    CHECK(read.at("b").values == std::vector<double>{1.5});
    CHECK(read.at("b").shape.empty());
    CHECK(read.at("e").values.empty());
  }

  TEST_CASE("safetensors: files that are none are refused, and say why") {
    const std::string one(4, '\0');
    const auto with = [&](const std::string& header, const std::string& bytes) {
      return refusal(file_of(header, bytes));
    };
    const std::string good = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    CHECK(with(good, one) == "no error");
    CHECK(says(refusal(""), "ends after 0 bytes"));
    CHECK(says(refusal("1234567"), "ends after 7 bytes"));
    CHECK(says(refusal("UNFURL01        "), "of another kind"));
    CHECK(says(refusal(length_of(100) + "{}"), "of which 2 are here"));
    CHECK(says(with("[1]", ""), "no JSON object"));
    CHECK(says(with(" {}", ""), "no JSON object"));
    CHECK(says(with("{\"a\":", ""), "no JSON object"));
    CHECK(says(with(good, one + "x"), "5 bytes of arrays, of which 4"));
    CHECK(says(with(good, "abc"), "outside of its 3 bytes"));
    CHECK(says(with(R"({"a":1})", ""), "does not say what 'a' is"));
    CHECK(says(with(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", one), "no 'dtype'"));
    CHECK(says(with(R"({"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})", one), "of type I32"));
    CHECK(says(with(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", one), "'shape' of 'a'"));
    CHECK(says(with(R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})", one), "'shape' of 'a'"));
    CHECK(
        says(with(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", one), "not F32 of shape (2)"));
    CHECK(
        says(with(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,4]}})", one), "not F32 of shape (0)"));
    CHECK(says(with(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", one),
               "not F32 of shape"));
    CHECK(says(with(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", one), "outside of its"));
    CHECK(
        says(with(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}})", one), "says 'more'"));
    CHECK(says(
        with(
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            one),
        "at byte 0, and the array before ends at 4"));
    CHECK(says(with(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", one + one), "at byte 4"));
    CHECK(says(
        with(
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            one),
        "'a' twice"));
    CHECK(says(with("{\"a\":" + std::string(100000, '['), ""), "nests too deeply"));
    CHECK(says(error_of([] { (void)read_safetensors(std::filesystem::path("/nothing.safetensors")); }),
               "cannot be read"));
  }

  TEST_CASE("safetensors: any byte cut or changed is read or refused") {
    const std::string whole = to_safetensors(example());
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      refused += refusal(whole.substr(0, at)) != "no error";
      for (const int change : {1, 2, 16, 64, 128}) {
        std::string bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ change);
        (void)refusal(bad);  // bytes of numbers are other numbers
      }
    }
    CHECK(refused == static_cast<int>(whole.size()));
  }

  TEST_CASE("safetensors: weights of another network are refused, and change nothing") {
    const auto refused = [](const std::function<void(std::map<std::string, Tensor>&)>& change,
                            const std::string& part) {
      Network network = example();
      auto weights = read_safetensors(to_safetensors(network), "here");
      weights["W@0"].values[0] = 77;
      change(weights);
      CHECK(says(error_of([&] { assign(weights, network, "w.safetensors"); }), part));
      CHECK(network.parameter("W@0").values[0] == 1);
    };
    refused([](auto& w) { w.erase("b"); }, "no array 'b'");
    refused([](auto& w) { w["d"] = {{1}, {1}}; }, "no parameter 'd'");
    refused([](auto& w) { w["b"] = {{2, 1}, {1, 2}}; }, "has shape (2, 1), not (2)");
    refused([](auto& w) { w["W@0"].shape = {3, 2}; }, "has shape (3, 2), not (2, 3)");
    refused([](auto& w) { w["b"].values[0] = -1; }, "'b' is declared non-negative");
    refused([](auto& w) { w["c"].values[0] = std::numeric_limits<double>::quiet_NaN(); }, "'c' holds nan");
    Network network = example();
    auto weights = read_safetensors(to_safetensors(network), "here");
    weights["b"] = {{1, 2}, {4, 5}};
    weights["c"] = {{}, {9}};
    assign(weights, network, "here");
    CHECK(network.parameter("b").values == std::vector<double>{4, 5});
    CHECK(network.parameter("c").values == std::vector<double>{9});
  }
}
