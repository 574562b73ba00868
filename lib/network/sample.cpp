#include "network/sample.hpp"

#include "network/check_data.hpp"

namespace unfurl {

using detail::cat;

Dataset take_sample(const Model& model, const Dataset& data, int sample) {
  if (model.observed().empty()) return {};
  if (sample < 0 || (sample >= data.samples() && data.samples() > 0))
    throw DataError(cat("there is no sample ", sample, " among ", data.samples()), "",
                    "samples count from 0");
  std::vector<Input> inputs;
  for (const auto& o : model.observed()) inputs.push_back({o.name, o.type, o.where, o.gaps});
  Dataset one = data.samples() > 0 ? data.slice(sample, 1) : Dataset{};
  check_data(one, inputs, sample);
  return one;
}

}  // namespace unfurl
