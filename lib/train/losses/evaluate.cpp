// What is measured of a network without training it: its loss, its gradients, how far it moved.
#include <algorithm>
#include <cmath>

#include "train/losses/evaluation.hpp"

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
    all.push_back({p.name, p.base, p.places, moved.empty() ? 0 : *middle, p.scale_of});
  }
  return all;
}

double evaluate_loss(const Network& network, const Loss& loss, const Dataset& data) {
  return network.precision() == Precision::f32 ? Evaluation<float>(network, loss).mean(data)
                                               : Evaluation<double>(network, loss).mean(data);
}

namespace {

/// The worst of every parameter over the parts.
std::vector<GradientCheck> check_parts(const Network& network, const Loss& loss, const Dataset& data,
                                       int entries, double tolerance) {
  std::vector<GradientCheck> worst;
  for (const auto& [structure, part] : data.parts())
    for (const GradientCheck& c : check_gradients(network.of(structure), loss, part, entries, tolerance)) {
      const auto same = std::find_if(worst.begin(), worst.end(),
                                     [&](const GradientCheck& w) { return w.parameter == c.parameter; });
      if (same == worst.end()) {
        worst.push_back(c);
        continue;
      }
      same->largest_error = std::max(same->largest_error, c.largest_error);
      same->entries += c.entries;
      same->passed = same->passed && c.passed;
    }
  return worst;
}

}  // namespace

std::vector<GradientCheck> check_gradients(const Network& network, const Loss& loss, const Dataset& data,
                                           int entries, double tolerance) {
  if (!data.parts().empty()) return check_parts(network, loss, data, entries, tolerance);
  const std::vector<Parameter>& parameters = network.parameters();
  TrainingStore<double> store(parameters);
  TrainingRun<double> run(training_program(network.unrolled(), loss, Gradients::ordinary), parameters, store,
                          network.threads());
  const auto loss_now = [&] { return run.run(data, nullptr, data.samples(), data.samples()); };
  check_data(data, run.program().inputs);
  if (data.samples() == 0) throw DataError("the data hold no samples", "", "a gradient needs at least one");
  loss_now();
  std::vector<std::vector<double>> gradients;
  for (std::size_t i : run.program().trained) {
    const double* g = run.gradient(Part::gradient, i);
    const std::size_t n = parameters[i].values.size();
    gradients.push_back(g ? std::vector<double>(g, g + n) : std::vector<double>(n, 0.0));
  }
  std::vector<GradientCheck> result;
  Random random(1);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const std::size_t i = run.program().trained[k];
    std::vector<double>& values = store.values(i);
    GradientCheck check;
    check.parameter = parameters[i].name;
    double scale = 0;
    for (double g : gradients[k]) scale = std::max(scale, std::abs(g));
    const int n = static_cast<int>(values.size());
    const std::vector<int> order = random.permutation(n);
    for (int e = 0; e < std::min(n, entries); ++e) {
      const auto at = static_cast<std::size_t>(order[static_cast<std::size_t>(e)]);
      const double kept = values[at];
      // Steps of several sizes: a difference that straddles a kink (a threshold, a maximum) agrees at a smaller one, and one
      // that rounding spoils, as around a value of 0, at a larger one.
      double error = std::numeric_limits<double>::infinity();
      for (const double relative : {1e-3, 1e-5, 1e-6, 1e-7}) {
        const double h = relative * std::max(1e-3, std::abs(kept));
        values[at] = kept + h;
        const double up = loss_now();
        values[at] = kept - h;
        const double down = loss_now();
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
