// Operations, algorithms and networks of one's own that lack a part are refused where they come in.
#include "error/model_errors.hpp"
#include "unfurl/extend.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

ir::OpDef doubling() {
  ir::OpDef op;
  op.name = "doubling";
  op.infer = [](const std::vector<ir::Type>& types, const ir::Attributes&) { return types[0]; };
  op.f32 = [](const ir::Call<float>& c) {
    for (std::size_t i = 0; i < c.out.size(); ++i) c.out.data[i] = 2 * c.in[0].data[i];
  };
  op.f64 = [](const ir::Call<double>& c) {
    for (std::size_t i = 0; i < c.out.size(); ++i) c.out.data[i] = 2 * c.in[0].data[i];
  };
  return op;
}

/// A network that reads "y" and gives op(y) as "twice".
Unrolled one_operation(const ir::OpDef& op) {
  Unrolled u;
  u.layers = 1;
  u.inputs.push_back({"y", {1, 3, true}, {}});
  u.readouts = {"twice"};
  ir::Builder b(u.graph);
  u.graph.outputs = {{"twice@1", u.graph.add(op, {b.input("y", {1, 3, true})}, {})}};
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

TEST_CASE("an operation without a mandatory part is refused when a program takes it") {
  static const ir::OpDef whole = doubling();
  const Network network(one_operation(whole));
  CHECK(network.run(Dataset().add("y", 1, 3, {1, -2, 3}))["twice"].values == std::vector<float>{2, -4, 6});
  ir::OpDef op = doubling();
  op.f32 = nullptr;
  expect_error<InternalError>([&] { one_operation(op); }, {"'doubling'", "f32"});
  op = doubling();
  op.f64 = nullptr;
  expect_error<InternalError>([&] { one_operation(op); }, {"'doubling'", "f64"});
  op.infer = nullptr;
  expect_error<InternalError>([&] { one_operation(op); }, {"'doubling'", "infer, f64", "OpDef"});
  op = doubling();
  op.name.clear();
  expect_error<InternalError>([&] { one_operation(op); }, {"without name"});
  for (const ir::OpDef* known : ir::all_ops()) CHECK(&ir::find_op(known->name) == known);
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
  static const ir::OpDef op = doubling();
  Unrolled u = one_operation(op);
  u.readouts.push_back("thrice");
  expect_error<ScheduleError>([&] { (void)Network(u); }, {"'thrice@1'"});
  u = one_operation(op);
  u.layers = 0;
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
