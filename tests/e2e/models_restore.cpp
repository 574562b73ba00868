// Restoring pictures: the data are what is written, every system of the comparison runs, and training pays.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "error/model_errors.hpp"
#include "models/models.hpp"
#include "models/restore/pictures.hpp"
#include "unfurl/operators.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/formula_helpers.hpp"

using namespace unfurl;
using namespace unfurl::test;
using restore_model::Pictures;

namespace {

constexpr int side = 12, pixels = side * side;
const PictureSizes small{.side = side, .training = 128, .validation = 8, .test = 12};

Settings settings_of(const std::string& task, int layers) {
  Request s;
  s.layers = layers;
  s.epochs = 1;
  s.options["task"] = task;
  return complete(*restore(), s);
}

/// A file in MNIST's format.
std::string idx(std::uint32_t count, std::uint32_t height, std::uint32_t width, const std::string& bytes) {
  std::string text;
  for (const std::uint32_t number : {0x803U, count, height, width})
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xFFU);
  return text + bytes;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("restore: what is seen is the operator's image of the picture, and noise") {
    for (const bool few : {false, true}) {
      const auto degradation =
          few ? restore_model::few_frequencies(side, side) : restore_model::blur(side, side);
      const Dataset data = restore_model::degraded(restore_model::make_pictures(side, 1, 1), degradation, 2);
      Model m("seen");
      const auto clean = m.observed("clean", {side, side});
      const Operator a = few ? fourier(m.param("kept", vector(side * (side / 2 + 1)),
                                               restore_model::kept_frequencies(side, side)))
                             : convolution(m.param("blur", matrix(1, 25), restore_model::blur_weights()),
                                           {.height = 5,
                                            .width = 5,
                                            .padding_down = 2,
                                            .padding_right = 2,
                                            .border = Border::circular});
      const std::vector<double> image = value_of(m, a * clean, data);
      const std::vector<float>& seen = data["y"].values;
      double square = 0;
      for (std::size_t i = 0; i < seen.size(); ++i) square += (seen[i] - image[i]) * (seen[i] - image[i]);
      const double deviation = std::sqrt(square / static_cast<double>(seen.size()));
      if (few)
        CHECK((deviation > 0.3 * degradation.noise && deviation < 0.8 * degradation.noise));
      else
        CHECK(deviation == doctest::Approx(degradation.noise).epsilon(0.15));
      if (few)  // what is seen has those frequencies alone: the operator keeps it
        CHECK(difference(value_of(m, a * m.observed("y", {side, side}), data), {seen.begin(), seen.end()}) <
              1e-5);
    }
    double share = 0;
    for (const double kept : restore_model::kept_frequencies(28, 28)) share += kept / (28 * 15);
    CHECK(share > 0.2);
    CHECK(share < 0.4);
  }

  TEST_CASE("restore: the systems that are compared run, and training pays") {
    for (const std::string task : {"blur", "frequencies"}) {
      const Settings settings = settings_of(task, 3);
      const auto problem = restore(small)->prepare(settings);
      double degraded = 0, untrained = 0;
      for (Contender& row : problem->contenders(settings)) {
        INFO(task << ", " << row.name);
        if (!row.network) {
          degraded = row.measure()[0].value;
          continue;
        }
        const Problem& own = row.problem ? *row.problem : *problem;
        const double before = own.evaluate(*row.network)[0].value;
        if (row.name == "untied") untrained = before;
        if (!row.trained) CHECK(before > degraded);
        if (row.name != "untied" && row.name != "untied, ADMM" && row.name != "convolutional network")
          continue;
        Trainer{.loss = own.loss(), .optimizer = own.optimizer(), .epochs = 25, .batch = own.batch()}.fit(
            *row.network, own.training());
        CHECK(own.evaluate(*row.network)[0].value > before + 0.2);
      }
      CHECK(untrained > 0);
    }
  }

  TEST_CASE("restore: with its map at z -> z an untrained network is gradient descent") {
    const Settings settings = settings_of("blur", 2);
    const auto problem = restore(small)->prepare(settings);
    Model plain("descent");
    const auto y = plain.observed("y", {side, side});
    const auto x = plain.latent("x", {side, side});
    plain.start(x, y);
    const auto blur = plain.param("blur", matrix(1, 25), restore_model::blur_weights());
    plain.factor("fit", SquaredError{y, convolution(blur, {.height = 5,
                                                           .width = 5,
                                                           .padding_down = 2,
                                                           .padding_right = 2,
                                                           .border = Border::circular}) *
                                            x});
    const Dataset data = problem->validation();
    const std::vector<float> one = problem->network(settings).run(data)["x"].values,
                             other = unroll(plain, ProximalGradient{}, 2).compile().run(data)["x"].values;
    for (std::size_t i = 0; i < one.size(); ++i) REQUIRE(one[i] == doctest::Approx(other[i]).epsilon(1e-5));
  }

  TEST_CASE("restore: pictures come from files in MNIST's format, and others are refused") {
    const audio_test::Folder folder;
    const auto write = [&](const std::string& name, const std::string& text) {
      std::ofstream(folder / name, std::ios::binary) << text;
      return folder / name;
    };
    std::string bytes;
    for (int i = 0; i < 3 * pixels; ++i) bytes += static_cast<char>(i % 256);
    const Pictures read = restore_model::read_pictures(write("a", idx(3, side, side, bytes)));
    CHECK(read.count() == 3);
    CHECK(read.pixels[255] == 1);
    CHECK(read.pixels[51] == doctest::Approx(0.2));
    const auto refused = [&](const std::string& text, const std::string& why) {
      expect_error<DataError>([&] { (void)restore_model::read_pictures(write("b", text)); }, {"b", why});
    };
    refused("", "MNIST");
    refused(idx(3, side, side, bytes).substr(0, 15), "MNIST");
    refused("PNG " + idx(3, side, side, bytes), "MNIST");
    refused(idx(3, side, side, bytes.substr(1)), "bytes");
    refused(idx(0xFFFFFFFFU, side, side, bytes), "bytes");
    refused(idx(3, 1, pixels, bytes), "1 x 144");
    refused(idx(1, 0xFFFFFFFFU, 3, bytes), "x 3 pixels");
    Settings settings = settings_of("blur", 2);
    settings.data = folder / ".";
    write("train-images-idx3-ubyte", idx(3, side, side, bytes));
    expect_error<DataError>([&] { restore(small)->prepare(settings); }, {"t10k-images-idx3-ubyte"});
    write("t10k-images-idx3-ubyte", idx(3, side, side, bytes));
    expect_error<DataError>([&] { restore(small)->prepare(settings); }, {"3 pictures of 12 x 12"});
    PictureSizes fewer = small;
    fewer.validation = 1;
    CHECK(restore(fewer)->prepare(settings)->validation()["clean"].count() == 1);
  }
}
