// Algorithms over variables: messages and mean field.
#include "algorithms.hpp"

namespace unfurl::python {

void bind_messages(py::module_& m) {
  py::enum_<UpdateOrder>(m, "UpdateOrder", doc("UpdateOrder"))
      .value("flooding", UpdateOrder::flooding)
      .value("coloured", UpdateOrder::coloured)
      .value("sequential", UpdateOrder::sequential)
      .value("forward_backward", UpdateOrder::forward_backward)
      .value("layered", UpdateOrder::layered)
      .value("layered_coloured", UpdateOrder::layered_coloured);
  py::enum_<MessageWeights>(m, "MessageWeights", doc("MessageWeights"))
      .value("none", MessageWeights::none)
      .value("per_edge", MessageWeights::per_edge)
      .value("shared", MessageWeights::shared)
      .value("single", MessageWeights::single)
      .value("per_pair", MessageWeights::per_pair);
  algorithm<MeanField>(m, "MeanField", option("damping", &MeanField::damping),
                       option("order", &MeanField::order), option("sequence", &MeanField::sequence),
                       option("temperature", &MeanField::temperature));
  using S = SumProduct;
  algorithm<S>(m, "SumProduct", option("damping", &S::damping),
               option("message_weights", &S::message_weights), option("order", &S::order),
               option("sequence", &S::sequence), option("evidence_messages", &S::evidence_messages),
               option("temperature", &S::temperature));
  using M = MaxProduct;
  algorithm<M>(m, "MaxProduct", option("damping", &M::damping),
               option("message_weights", &M::message_weights), option("order", &M::order),
               option("sequence", &M::sequence), option("evidence_messages", &M::evidence_messages),
               option("scale", &M::scale), option("offset", &M::offset));
  using T = TreeReweighted;
  algorithm<T>(m, "TreeReweighted", option("damping", &T::damping), option("edge_weight", &T::edge_weight),
               option("edge_weights", &T::edge_weights), option("spanning_trees", &T::spanning_trees),
               option("seed", &T::seed), option("order", &T::order), option("sequence", &T::sequence),
               option("evidence_messages", &T::evidence_messages));
  using F = FractionalBeliefPropagation;
  algorithm<F>(m, "FractionalBeliefPropagation", option("damping", &F::damping), option("power", &F::power),
               option("powers", &F::powers), option("order", &F::order), option("sequence", &F::sequence),
               option("evidence_messages", &F::evidence_messages));
  algorithm<GaussianBeliefPropagation>(m, "GaussianBeliefPropagation",
                                       option("damping", &GaussianBeliefPropagation::damping));
}

}  // namespace unfurl::python
