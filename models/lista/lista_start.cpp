#include "models/lista/lista_start.hpp"

#include <algorithm>

#include "models/lista/codes.hpp"

namespace unfurl::lista_model {

Network lista_from(const Network& untied, const Model& model) {
  const ProximalGradient form{.form = ProximalGradient::Form::lista};
  Network lista = unroll(model, form, untied.layers()).untie(all).compile();
  const double initial_step = unroll(model, ProximalGradient{}, 1).compile().parameter("ista.step").values[0];
  for (Parameter& p : lista.parameters()) {  // initially for the step 1 / L
    const std::string place = "@" + std::to_string(p.places.front());
    const double step = untied.parameter("ista.step" + place).values[0];
    const double ratio = step / initial_step;
    if (p.base == "lista.theta")
      std::fill(p.values.begin(), p.values.end(), step * untied.parameter("lambda" + place).values[0]);
    else
      for (double& v : p.values) v *= ratio;
    if (p.base == "lista.S")
      for (std::size_t i = 0; i < unknowns; ++i) p.values[i * (unknowns + 1)] += 1 - ratio;
  }
  return lista;
}

}  // namespace unfurl::lista_model
