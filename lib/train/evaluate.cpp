// What is measured of a network without training it: its loss, its gradients, how far it moved.
#include <algorithm>
#include <cmath>

#include "train/program.hpp"

namespace unfurl {

using detail::cat;

std::vector<ParameterChange> changes(std::span<const Parameter> before, std::span<const Parameter> after) {
  if (before.size() != after.size()) throw InternalError("changes between parameters of two networks");
  std::vector<ParameterChange> all;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Parameter& p = after[i];
    if (!p.trained) continue;
    if (before[i].name != p.name || before[i].values.size() != p.values.size())
      throw InternalError("changes between parameters of two networks", p.name);
    std::vector<double> moved;
    for (const bool zeros : {false, true}) {
      if (!moved.empty()) break;
      for (std::size_t k = 0; k < p.values.size(); ++k) {
        const double was = std::abs(before[i].values[k]),
                     distance = std::abs(p.values[k] - before[i].values[k]);
        if (zeros || was > 0) moved.push_back(zeros ? distance : distance / was);
      }
    }
    const auto middle = moved.begin() + static_cast<std::ptrdiff_t>(moved.size() / 2);
    if (!moved.empty()) std::nth_element(moved.begin(), middle, moved.end());
    all.push_back({p.name, p.base, p.places, moved.empty() ? 0 : *middle});
  }
  return all;
}

double evaluate_loss(const Network& network, const Loss& loss, const Dataset& data) {
  const auto run = [&](auto zero) {
    TrainingRun<decltype(zero)> r(training_program(network.unrolled(), loss, Gradients::none),
                                  network.parameters(), network.threads());
    check_data(data, r.program().inputs);
    if (data.samples() == 0)
      throw DataError("the data hold no samples", "", "a mean loss needs at least one");
    return r.run(data, nullptr, data.samples());
  };
  return network.precision() == Precision::f32 ? run(0.0f) : run(0.0);
}

std::vector<GradientCheck> check_gradients(const Network& network, const Loss& loss, const Dataset& data,
                                           int entries, double tolerance) {
  const std::vector<Parameter>& parameters = network.parameters();
  TrainingRun<double> run(training_program(network.unrolled(), loss, Gradients::ordinary), parameters,
                          network.threads());
  check_data(data, run.program().inputs);
  if (data.samples() == 0) throw DataError("the data hold no samples", "", "a gradient needs at least one");
  run.run(data, nullptr, data.samples());
  std::vector<std::vector<double>> gradients;
  for (std::size_t i : run.program().trained) {
    const double* g = run.gradient("gradient", i);
    const std::size_t n = parameters[i].values.size();
    gradients.push_back(g ? std::vector<double>(g, g + n) : std::vector<double>(n, 0.0));
  }
  std::vector<GradientCheck> result;
  Random random(1);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const std::size_t i = run.program().trained[k];
    std::vector<double>& values = run.values()[i];
    GradientCheck check;
    check.parameter = parameters[i].name;
    double scale = 0;
    for (double g : gradients[k]) scale = std::max(scale, std::abs(g));
    const int n = static_cast<int>(values.size());
    const std::vector<int> order = random.permutation(n);
    for (int e = 0; e < std::min(n, entries); ++e) {
      const auto at = static_cast<std::size_t>(order[static_cast<std::size_t>(e)]);
      const double kept = values[at];
      // Steps of three sizes: a difference that straddles a kink (a threshold, a maximum) agrees at a smaller one.
      double error = std::numeric_limits<double>::infinity();
      for (const double relative : {1e-5, 1e-6, 1e-7}) {
        const double h = relative * std::max(1e-3, std::abs(kept));
        values[at] = kept + h;
        const double up = run.run(data, nullptr, data.samples());
        values[at] = kept - h;
        const double down = run.run(data, nullptr, data.samples());
        values[at] = kept;
        const double difference = (up - down) / (2 * h);
        error = std::min(
            error, std::abs(difference - gradients[k][at]) / std::max({1e-3, scale, std::abs(difference)}));
      }
      check.largest_error = std::max(check.largest_error, error);
      ++check.entries;
    }
    check.passed = check.largest_error <= tolerance;
    result.push_back(check);
  }
  return result;
}

}  // namespace unfurl
