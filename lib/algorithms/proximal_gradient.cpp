#include <cmath>

#include "algorithms/discrete.hpp"
#include "passes/passes.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;
using Form = ProximalGradient::Form;

/// |A|_2^2 by power iteration on A^T A; A is [rows, columns], row-major.
double squared_spectral_norm(const std::vector<double>& a, std::size_t rows, std::size_t columns) {
  std::vector<double> v(columns), w(rows);
  for (std::size_t j = 0; j < columns; ++j)
    v[j] = 1 + 0.01 * static_cast<double>(j % 17);  // no symmetry to get stuck in
  double norm = 0;
  for (int iteration = 0; iteration < 200; ++iteration) {
    for (std::size_t i = 0; i < rows; ++i) {
      w[i] = 0;
      for (std::size_t j = 0; j < columns; ++j) w[i] += a[i * columns + j] * v[j];
    }
    std::fill(v.begin(), v.end(), 0.0);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) v[j] += a[i * columns + j] * w[i];
    double square = 0;
    for (double x : v) square += x * x;
    const double previous = norm;
    norm = std::sqrt(square);
    if (norm == 0) break;
    for (double& x : v) x /= norm;
    if (std::abs(norm - previous) < 1e-12 * norm) break;
  }
  return norm;
}

/// The parts of 1/2 |b - A x|^2 + lambda |x|_1.
struct Problem {
  const Model::FactorDeclaration* fit = nullptr;
  const Model::FactorDeclaration* penalty = nullptr;
  int dictionary = -1;  ///< parameter A
};

Problem find_problem(const Model& model) {
  Problem p;
  for (const auto& f : model.factors()) {
    const std::string type = f.spec.type->name();
    if (type == "SquaredError" && !p.fit)
      p.fit = &f;
    else if (type == "L1" && !p.penalty)
      p.penalty = &f;
    else
      throw ScheduleError(cat("ProximalGradient cannot serve factor '", f.name, "' of type ", type), f.where,
                          "it minimises one SquaredError{b, A * x} plus at most one L1{lambda, x}");
  }
  if (model.latents().size() != 1 || !p.fit)
    throw ScheduleError("ProximalGradient needs one latent and one SquaredError{b, A * x}", "",
                        "MultiplicativeUpdate serves several latents");
  const Expr::Node& product = p.fit->spec.args[1].node();
  using Kind = Expr::Node::Kind;
  if (product.text != "*" || product.args[0].node().kind != Kind::param ||
      product.args[1].node().kind != Kind::latent)
    throw ScheduleError(cat("ProximalGradient cannot find the dictionary of factor '", p.fit->name, "'"),
                        p.fit->where, "write the approximation as A * x with a parameter A and the latent x");
  p.dictionary = product.args[0].node().declaration;
  return p;
}

/// State: x, and with momentum the previous x. The LISTA form starts without x: its first layer needs no S.
class ProximalGradientRule : public Algorithm {
 public:
  explicit ProximalGradientRule(ProximalGradient options) : options_(options) {}
  std::string name() const override { return "ProximalGradient"; }

  void check(const Model& model) const override {
    algorithms::check_continuous(model, "ProximalGradient");
    const Problem p = find_problem(model);
    if (options_.form == Form::lista && options_.accelerated)
      throw ScheduleError("ProximalGradient has no accelerated form of LISTA", "", "choose one of the two");
    if (options_.form == Form::lista && p.penalty &&
        p.penalty->spec.args[0].node().kind == Expr::Node::Kind::operation)
      throw ScheduleError(
          cat("the LISTA form needs a number or a parameter as weight of factor '", p.penalty->name, "'"),
          p.penalty->where, "declare the weight as a parameter of its own");
  }

  std::vector<OwnedParameter> parameters(const Model& model) const override {
    const Problem p = find_problem(model);
    const auto& dictionary = model.params()[static_cast<std::size_t>(p.dictionary)];
    const auto rows = static_cast<std::size_t>(dictionary.type.planes),
               columns = static_cast<std::size_t>(dictionary.type.rows);
    const std::vector<double>& a = dictionary.initial;
    const double norm = squared_spectral_norm(a, rows, columns);
    if (!(norm > 0))
      throw ScheduleError(cat("dictionary '", dictionary.name, "' is zero"), dictionary.where,
                          "give it initial values");
    const double step = 1 / (1.001 * norm);
    if (options_.form == Form::ista) return {{"ista.step", {1, 1, false, Domain::nonneg}, {step}}};

    std::vector<double> s(columns * columns, 0), b(columns * rows);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        b[j * rows + i] = step * a[i * columns + j];
        for (std::size_t k = 0; k < columns; ++k)
          s[j * columns + k] -= step * a[i * columns + j] * a[i * columns + k];
      }
    for (std::size_t j = 0; j < columns; ++j) s[j * columns + j] += 1;
    std::vector<double> theta(columns, 0);
    if (p.penalty) {
      const Expr::Node& weight = p.penalty->spec.args[0].node();
      const bool number = weight.kind == Expr::Node::Kind::number;
      const std::vector<double> lambda =
          number ? std::vector<double>{weight.number}
                 : model.params()[static_cast<std::size_t>(weight.declaration)].initial;
      for (std::size_t j = 0; j < columns; ++j) theta[j] = step * lambda[lambda.size() == 1 ? 0 : j];
    }
    const int n = static_cast<int>(columns), m = static_cast<int>(rows);
    return {{"lista.S", {n, n, false}, std::move(s)},
            {"lista.B", {n, m, false}, std::move(b)},
            {"lista.theta", {1, n, false}, std::move(theta)}};
  }

  State initial(StepContext& c) const override {
    if (options_.form == Form::lista && !c.model().latents()[0].start) return {Value{}};
    const Value start = c.start(0, 0);
    return options_.accelerated ? State{start, start} : State{start};
  }

  State step(StepContext& c, const State& state) const override {
    return options_.form == Form::lista ? step_lista(c, state) : step_ista(c, state);
  }

  Readouts readout(StepContext& c, const State& state) const override {
    return {{c.model().latents()[0].name, state[0]}};
  }

 private:
  State step_lista(StepContext& c, const State& state) const {
    ir::Builder& b = c.builder();
    const Problem p = find_problem(c.model());
    const Value data = c.evaluate(p.fit->spec.args[0]);
    Value z = b.matmul(c.parameter("lista.B"), data);
    if (state[0]) z = b.add(b.matmul(c.parameter("lista.S"), state[0]), z);
    const Value theta = c.parameter("lista.theta");
    const bool positive = c.model().latents()[0].type.domain == Domain::nonneg;
    return {positive ? b.relu(b.sub(z, theta)) : b.soft_threshold(z, theta)};
  }

  State step_ista(StepContext& c, const State& state) const {
    ir::Builder& b = c.builder();
    const Problem p = find_problem(c.model());
    const auto& latent = c.model().latents()[0];
    Value x = state[0];
    if (options_.accelerated && c.layer() > 0) {  // t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2
      double t = 1, previous = 1;
      for (int k = 0; k < c.layer(); ++k) {
        previous = t;
        t = (1 + std::sqrt(1 + 4 * t * t)) / 2;
      }
      x = b.add(x, b.scale(b.sub(state[0], state[1]), (previous - 1) / t));
    }
    c.set_latent(0, x);
    const FactorGroup fit = c.group(static_cast<int>(p.fit - c.model().factors().data()));
    const Value objective = fit.declaration->spec.type->energy(b, fit);
    const Value slope = ir::gradient(b, objective, b.constant(1), {x})[0];
    const Value step = c.parameter("ista.step");
    Value z = b.sub(x, b.mul(step, slope));
    if (p.penalty) {
      const FactorGroup penalty = c.group(static_cast<int>(p.penalty - c.model().factors().data()));
      z = penalty.declaration->spec.type->proximal(b, penalty, z, step, latent.type.domain);
    } else if (latent.type.domain == Domain::nonneg) {
      z = b.relu(z);
    }
    return options_.accelerated ? State{z, state[0]} : State{z};
  }

  ProximalGradient options_;
};

}  // namespace

ProximalGradient::operator AlgorithmPointer() const { return std::make_shared<ProximalGradientRule>(*this); }

}  // namespace unfurl
