// What a user of the library sees of it: the public headers and one link target. A space and an optimizer of the user's own.
#include <cmath>
#include <cstdio>
#include <string>

#include <unfurl/exact.hpp>
#include <unfurl/extend/optimizer.hpp>
#include <unfurl/factors.hpp>
#include <unfurl/schedule.hpp>
#include <unfurl/train.hpp>

namespace {

/// Numbers from 0 to 1, to which steps are clipped.
class UnitInterval final : public unfurl::SpaceOf<UnitInterval> {
 public:
  std::string name() const override { return "unit_interval"; }
  unfurl::Domain domain() const override { return unfurl::Domain::nonneg; }
  std::string objection(std::span<const double> values, int, int) const override {
    for (const double v : values)
      if (v < 0 || v > 1) return "is declared to be from 0 to 1";
    return "";
  }
  void project(std::span<double> values, int, int) const override {
    for (double& v : values) v = std::fmin(1, std::fmax(0, v));
  }
  bool entrywise() const override { return true; }
  template <class T>
  void pull(const unfurl::Point<T>&, T*) const {}
  template <class T>
  void move(const unfurl::Point<T>& at, T* step) const {
    for (std::size_t i = 0; i < at.size; ++i)
      at.value[i] = std::fmin(T(1), std::fmax(T(0), at.value[i] + step[i]));
  }
};

/// Steps of one size, along the sign of an average of the gradients.
class SignDescent final : public unfurl::OptimizerOf<SignDescent> {
 public:
  std::string describe() const override { return "SignDescent"; }
  std::vector<std::string> memory(const unfurl::SpaceType&) const override { return {"average"}; }
  template <class T>
  void take(std::span<unfurl::Update<T>> updates, const unfurl::StepInfo& now) const {
    const T rate = static_cast<T>(0.05 * (1 - now.progress));
    for (const unfurl::Update<T>& u : updates)
      u.move([&](std::ptrdiff_t first, std::ptrdiff_t count, T* vector) {
        T* average = u.memory[0] + first;
        for (std::ptrdiff_t i = 0; i < count; ++i) {
          average[i] = T(0.9) * average[i] + T(0.1) * vector[i];
          vector[i] = std::copysign(rate, -average[i]);
        }
      });
  }
};

/// y = a x with two factors, one of which would be 1.5 if it could.
bool learns() {
  using namespace unfurl;
  Model m("scale");
  const auto y = m.observed("y", {2});
  const auto x = m.latent("x", {2});
  const auto one = m.param("one", matrix(2, 2), {1, 0, 0, 1});
  m.factor("fit", SquaredError{y, one * x});
  m.readout("scaled", cwise(m.param("a", {1, 2}, {0.5, 0.5}, Space(std::make_shared<UnitInterval>())), x));
  Network network = unroll(m, ProximalGradient{}, 8).freeze("one").compile();
  Dataset data;
  data.add("y", 1, 2, {1, 1, 2, -1, -1, 3}).add("target", 1, 2, {0.25F, 1.5F, 0.5F, -1.5F, -0.25F, 4.5F});
  Trainer{.loss = loss::squared_error("scaled", "target"),
          .optimizer = std::make_shared<SignDescent>(),
          .epochs = 200}
      .fit(network, fixed(data));
  const auto& a = network.parameter("a").values;
  std::printf("learned %g and %g\n", a[0], a[1]);
  return std::fabs(a[0] - 0.25) < 0.05 && a[1] == 1;
}

/// Whether belief propagation on a chain of three coins gives the marginals that elimination does.
bool infers() {
  unfurl::Model m("coins");
  const auto heads = m.observed("heads", {3});
  const auto x = m.discrete("x", {3}, 2);
  m.factor("bias", unfurl::each(x), unfurl::Field{m.param("g", 0.3) * heads});
  m.factor("alike", unfurl::chain(x), unfurl::Ising{m.param("J", 0.5)});
  const auto data = unfurl::Dataset().add("heads", 1, 3, {1, -1, 2});
  const auto beliefs = unfurl::unroll(m, unfurl::SumProduct{}, 3).compile().run(data)["x"].values;
  const auto marginals = unfurl::exact(m, data, 0).marginals;
  for (std::size_t i = 0; i < 3; ++i)
    if (std::abs(static_cast<double>(beliefs[i]) - marginals[i][1]) > 1e-6) return false;
  return true;
}

bool refuses() {
  try {
    throw unfurl::ModelError("variable 'x' has no states", "model.cpp:1", "declare at least two");
  } catch (const unfurl::Error& error) {
    std::puts(error.what());
    return std::string(error.what()).find("declare at least two") != std::string::npos;
  }
}

}  // namespace

int main() { return infers() && learns() && refuses() ? 0 : 1; }
