// The built-in factors.
#include "unfurl/factors.hpp"

#include "formulas.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/joint_sparsity.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl::python {

namespace {

template <class T, class... Fields>
void factor(py::module_& m, const char* name, Fields... fields) {
  options<T>(m, name, fields...);
  serves_as<T>(py::class_<FactorSpec>(m.attr("FactorSpec")));
}

void bind_discrete(py::module_& m) {
  factor<Field>(m, "Field", required("h", &Field::h));
  factor<Ising>(m, "Ising", required("J", &Ising::J));
  factor<Potts>(m, "Potts", required("J", &Potts::J));
  factor<Table>(m, "Table", required("log_potential", &Table::log_potential),
                option("present", &Table::present));
  factor<Dense>(m, "Dense", required("W", &Dense::W));
  factor<Parity>(m, "Parity", option("odd", &Parity::odd));
  factor<Cardinality>(m, "Cardinality", required("log_potential", &Cardinality::log_potential));
  factor<AtMostOne>(m, "AtMostOne");
  factor<ExactlyOne>(m, "ExactlyOne");
}

void bind_gaussian(py::module_& m) {
  factor<Gaussian>(m, "Gaussian", required("precision", &Gaussian::precision),
                   required("mean", &Gaussian::mean));
  factor<GaussianDifference>(m, "GaussianDifference", required("weight", &GaussianDifference::weight));
  factor<GaussianCoupling>(m, "GaussianCoupling", required("J", &GaussianCoupling::J));
  factor<LinearGaussian>(m, "LinearGaussian", required("variance", &LinearGaussian::variance),
                         required("target", &LinearGaussian::target),
                         required("approximation", &LinearGaussian::approximation));
  factor<GaussianPrior>(m, "GaussianPrior", required("variance", &GaussianPrior::variance),
                        required("x", &GaussianPrior::x));
  factor<OneOf>(m, "OneOf", required("numbers", &OneOf::numbers), required("x", &OneOf::x));
  factor<SpectralPrior>(m, "SpectralPrior", required("threshold", &SpectralPrior::threshold),
                        required("variance", &SpectralPrior::variance), required("x", &SpectralPrior::x));
  factor<BernoulliGaussian>(m, "BernoulliGaussian", required("density", &BernoulliGaussian::density),
                            required("variance", &BernoulliGaussian::variance),
                            required("x", &BernoulliGaussian::x));
}

void bind_energies(py::module_& m) {
  using Beta = BetaDivergence::Beta;
  py::class_<BetaDivergence> divergence(m, "BetaDivergence", doc("BetaDivergence"));
  py::class_<Beta>(divergence, "Beta", doc("Beta"))
      .def(py::init([](Number n) { return Beta(n.value); }), py::arg("number"))
      .def(py::init<Expr>(), py::arg("formula"))
      .def("__repr__", [](const Beta& b) { return b.formula ? "<formula>" : detail::cat(b.number); });
  py::implicitly_convertible<Number, Beta>();
  py::implicitly_convertible<Expr, Beta>();
  define(divergence, "BetaDivergence", required("beta", &BetaDivergence::beta),
         required("target", &BetaDivergence::target),
         required("approximation", &BetaDivergence::approximation));
  serves_as<BetaDivergence>(py::class_<FactorSpec>(m.attr("FactorSpec")));
  factor<KL>(m, "KL", required("target", &KL::target), required("approximation", &KL::approximation));
  factor<SquaredError>(m, "SquaredError", required("target", &SquaredError::target),
                       required("approximation", &SquaredError::approximation));
  factor<Huber>(m, "Huber", required("target", &Huber::target),
                required("approximation", &Huber::approximation), option("delta", &Huber::delta));
  factor<CommonComponents>(m, "CommonComponents", required("covariances", &CommonComponents::covariances),
                           required("components", &CommonComponents::components),
                           option("weights", &CommonComponents::weights));
  m.def(
      "component_variances",
      [](const Expr& covariances, const Latent& components) {
        return component_variances(covariances, components, here());
      },
      py::arg("covariances"), py::arg("components"), doc("component_variances"));
}

void bind_penalties(py::module_& m) {
  factor<L1>(m, "L1", required("weight", &L1::weight), required("x", &L1::x));
  factor<L0>(m, "L0", required("weight", &L0::weight), required("x", &L0::x));
  factor<TopK>(m, "TopK", required("count", &TopK::count), required("x", &TopK::x));
  factor<JointTopK>(m, "JointTopK", required("concepts", &JointTopK::concepts),
                    required("places", &JointTopK::places), required("x", &JointTopK::x));
  factor<ElasticNet>(m, "ElasticNet", required("weight", &ElasticNet::weight),
                     required("ridge", &ElasticNet::ridge), required("x", &ElasticNet::x));
  factor<GroupLasso>(m, "GroupLasso", required("weight", &GroupLasso::weight), required("x", &GroupLasso::x),
                     required("group", &GroupLasso::group));
  factor<TotalVariation>(m, "TotalVariation", required("weight", &TotalVariation::weight),
                         required("x", &TotalVariation::x), option("iterations", &TotalVariation::iterations),
                         option("isotropic", &TotalVariation::isotropic));
  factor<NuclearNorm>(m, "NuclearNorm", required("weight", &NuclearNorm::weight),
                      required("x", &NuclearNorm::x));
  factor<Box>(m, "Box", required("low", &Box::low), required("high", &Box::high), required("x", &Box::x));
}

}  // namespace

void bind_factors(py::module_& m) {
  bind_discrete(m);
  bind_gaussian(m);
  bind_energies(m);
  bind_penalties(m);
}

}  // namespace unfurl::python
