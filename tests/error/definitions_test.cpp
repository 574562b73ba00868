// Operations, algorithms and networks of one's own that lack a part are refused where they come in.
#include "error/model_errors.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/backend.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

ir::Operation doubling() {
  ir::Operation op;
  op.name = "doubling";
  op.infer = [](const std::vector<ir::Type>& types, const ir::Attributes&) { return types[0]; };
  return op;
}

template <class T>
void run_doubling(const cpu::Call<T>& c) {
  for (std::size_t i = 0; i < c.out.size(); ++i) c.out.data[i] = 2 * c.in[0].data[i];
}

/// A network that reads "y" and gives op(y) as "twice".
Unrolled one_operation(const ir::Operation& op) {
  Unrolled u;
  u.signature.layers = 1;
  u.signature.inputs.push_back({"y", {1, 3, true}, {}});
  u.signature.readouts = {"twice"};
  ir::Builder b(u.graph);
  u.graph.outputs = {{"twice@1", u.graph.add(op, {b.input("y", {1, 3, true})})}};
  return u;
}

/// An algorithm that forgets the latents.
class Forgetful final : public Algorithm {
 public:
  std::string name() const override { return "Forgetful"; }
  void check(const Model&) const override {}
  State initial(StepContext&) const override { return {}; }
  State step(StepContext&, const State& s) const override { return s; }
  Readouts readout(StepContext&, const State&) const override { return {}; }
};

}  // namespace

TEST_CASE("an operation of one's own runs by the kernels that it is given, or by its expansion") {
  const auto twice = [](const ir::Operation& op) {
    return Network(one_operation(op)).run(Dataset().add("y", 1, 3, {1, -2, 3}))["twice"].values;
  };
  static const ir::Operation with_kernels = doubling();
  cpu::give_kernels(with_kernels, {run_doubling<float>, run_doubling<double>});
  CHECK(twice(with_kernels) == std::vector<float>{2, -4, 6});
  static ir::Operation expanding = doubling();
  expanding.expand = [](ir::Builder& b, const std::vector<ir::Value>& args, const ir::Attributes&) {
    return b.add(args[0], args[0]);
  };
  CHECK(twice(expanding) == std::vector<float>{2, -4, 6});
  expect_error<InternalError>(
      [] {
        cpu::give_kernels(with_kernels, {run_doubling<float>, run_doubling<double>});
      },
      {"'doubling' has kernels"});
}

TEST_CASE("an operation without a mandatory part is refused when a program takes it") {
  ir::Operation op = doubling();
  op.infer = nullptr;
  expect_error<InternalError>([&] { one_operation(op); }, {"'doubling'", "infer", "Operation"});
  op = doubling();
  op.name.clear();
  expect_error<InternalError>([&] { one_operation(op); }, {"without name"});
  for (const ir::Operation* known : ir::all_operations()) CHECK(ir::find_operation(known->name) == known);
}

TEST_CASE(
    "an operation that nothing can run is refused when it is planned, and half a pair of kernels at once") {
  static ir::Operation op = doubling();
  const auto run = [] { (void)Network(one_operation(op)).run(Dataset().add("y", 1, 3, {1, -2, 3})); };
  expect_error<InternalError>(run, {"'cpu' lacks operation 'doubling'", "no expansion", "kernels"});
  op.expand = [](ir::Builder& b, const std::vector<ir::Value>& args, const ir::Attributes&) {
    return b.emit(op, args);
  };
  expect_error<InternalError>(run, {"'doubling'", "needs itself"});
  op.expand = [](ir::Builder& b, const std::vector<ir::Value>& args, const ir::Attributes&) {
    return b.sum_all(args[0]);
  };
  expect_error<InternalError>(run, {"'doubling'", "expansion gives [1, 1]"});
  expect_error<InternalError>(
      [] {
        cpu::give_kernels(op, {run_doubling<float>, nullptr});
      },
      {"'doubling'", "f64"});
  expect_error<InternalError>(
      [] {
        cpu::give_kernels(op, {nullptr, run_doubling<double>});
      },
      {"'doubling'", "f32"});
}

TEST_CASE("an algorithm that gives no read-out of a latent is named") {
  Model m("latent");
  const auto h = m.latent("H", {2}, nonneg);
  m.factor("sparse", L1{0.1, h});
  const AlgorithmPointer forgetful = std::make_shared<Forgetful>();
  expect_error_here<ScheduleError>([&] { unroll(m, forgetful, 1).compile(); },
                                   {"Forgetful", "'H'", "readout"});
}

TEST_CASE("parts of a network that do not belong together") {
  static const ir::Operation op = doubling();
  Unrolled u = one_operation(op);
  u.signature.readouts.push_back("thrice");
  expect_error<ScheduleError>([&] { (void)Network(u); }, {"'thrice@1'"});
  u = one_operation(op);
  u.signature.layers = 0;
  expect_error<ScheduleError>([&] { (void)Network(u); }, {"0 layers"});
  u = one_operation(op);
  u.parameters.push_back({"W", "W", 0, {1, 3}, true, {1, 2, 3}, {0}});
  u.parameters.push_back(u.parameters[0]);
  expect_error<ScheduleError>([&] { (void)Network(u); }, {"two parameters 'W'"});
  u.parameters.all().resize(1);
  u.parameters[0].values.pop_back();
  expect_error<DataError>([&] { (void)Network(u); }, {"'W'", "3 numbers, not 2"});
  u = one_operation(op);
  ir::Builder b(u.graph);
  u.graph.outputs[0].second = b.add(u.graph.outputs[0].second, b.param("W", {1, 3}));
  expect_error<ScheduleError>([&] { (void)Network(u); }, {"'W'", "[1, 3]"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
