// Steps of an optimizer on parameters and gradients given by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/training_store.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

inline Parameter parameter_in(const Space& space, int rows, int columns, std::vector<double> values,
                              const std::string& name = "W") {
  return {name, name, 0, {rows, columns, false, space.domain()}, true, std::move(values), {0}, space};
}

template <class T>
class Stepper {
 public:
  Stepper(Optimizer rule, const std::vector<Parameter>& parameters, int threads = 1)
      : rule_(std::move(rule)), store_(parameters) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < parameters.size(); ++i) all.push_back(i);
    store_.begin(all, *rule_, threads);
  }
  Update<T>& update(std::size_t i = 0) { return store_.updates()[i]; }
  std::vector<T>& values(std::size_t i = 0) { return store_.values(i); }
  TrainingStore<T>& store() { return store_; }
  void step(double progress = 0, double strength = 1) {
    rule_->step(store_.updates(), {++steps_, progress, strength});
  }

 private:
  Optimizer rule_;
  TrainingStore<T> store_;
  std::int64_t steps_ = 0;
};

}  // namespace unfurl
