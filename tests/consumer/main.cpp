// What a user of the library sees of it: the public headers and one link target.
#include <cmath>
#include <cstdio>
#include <string>

#include <unfurl/exact.hpp>
#include <unfurl/factors.hpp>
#include <unfurl/schedule.hpp>

namespace {

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

int main() { return infers() && refuses() ? 0 : 1; }
