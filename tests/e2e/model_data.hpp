// Data for networks of the shipped models, where real ones take long to make.
#pragma once

#include <algorithm>
#include <cmath>

#include "property/laws.hpp"
#include "property/random_program.hpp"

namespace unfurl::test {

/// Numbers that its data may be, where real ones take long to make.
inline Dataset random_data(const Network& network, int samples) {
  Random random(7);
  Dataset data;
  for (const Input& input : network.unrolled().signature.inputs) {
    std::vector<float> values(input.type.size() * at(samples));
    for (float& v : values)
      v = static_cast<float>(input.type.domain == Domain::real ? random.normal()
                             : input.type.domain == Domain::index
                                 ? std::floor(random.uniform() * std::max(1, input.type.states))
                                 : 0.1 + random.uniform());
    data.add(input.name, input.type.planes, input.type.rows, std::move(values));
  }
  return data;
}

/// Parameters and data of the first samples, by name.
inline Numbers first_samples(const Network& network, const Dataset& data, int count) {
  const ir::Graph& program = network.unrolled().graph;
  return samples(program, leaves_of(network, data), data.samples(), 0, count);
}

}  // namespace unfurl::test
