// Common principal components against a numpy program: converged sweeps, and every layer of the other algorithms.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/decompositions.hpp"
#include "property/laws.hpp"
#include "reference/npy.hpp"
#include "reference/reference_data.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/formulas.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Covariances, and where the iterations start.
struct Set {
  std::vector<Matrix> s;
  Matrix start;
  int groups() const { return static_cast<int>(s.size()); }
  int size() const { return static_cast<int>(start.rows()); }
};

Set read_set(const std::filesystem::path& folder, const std::string& name) {
  const NpyArray all = read_npy(folder / (name + "_S.npy"));
  const auto p = static_cast<Eigen::Index>(all.shape[1]);
  const std::vector<double> numbers = all.real();
  Set set;
  Matrix sum = Matrix::Zero(p, p);
  for (std::size_t g = 0; g < all.shape[0]; ++g) {
    set.s.emplace_back(Eigen::Map<const Matrix>(numbers.data() + static_cast<Eigen::Index>(g) * p * p, p, p));
    sum += set.s.back();
  }
  const std::filesystem::path given = folder / (name + "_B0_pooled.npy");
  set.start = detail::symmetric_eigen(sum).vectors;
  if (std::filesystem::exists(given))
    set.start = Eigen::Map<const Matrix>(read_npy(given).real().data(), p, p);
  return set;
}

/// The objective with equal weights.
double objective(const Set& set, const Matrix& b) {
  double sum = 0;
  for (const Matrix& s : set.s)
    sum += (b.transpose() * s * b).diagonal().array().log().sum() -
           detail::symmetric_eigen(s).values.array().log().sum();
  return sum / set.groups();
}

/// B after every layer, of a network whose parameter has these values, one a layer.
std::vector<Matrix> run(const Set& set, const AlgorithmPointer& algorithm, int layers,
                        const std::string& parameter = {}, const std::vector<double>& values = {}) {
  const int p = set.size();
  Model m("common");
  const auto s = m.features("S", {p}, set.groups() * p);
  const auto b = m.latent("B", {p, p});
  m.start(b, m.observed("start", {p, p}));
  m.factor("common", CommonComponents{s, b});
  Schedule schedule = unroll(m, algorithm, layers);
  if (!parameter.empty()) schedule.untie(parameter);
  const Network network = schedule.compile();
  Numbers leaves;
  for (const Parameter& q : network.parameters())
    leaves[q.name] = values.empty() ? q.values : std::vector<double>{values.at(at(q.places[0]))};
  for (const Matrix& each : set.s)
    leaves["S"].insert(leaves["S"].end(), each.data(), each.data() + each.size());
  leaves["start"].assign(set.start.data(), set.start.data() + set.start.size());
  const Numbers results = evaluate<double>(program_of(network), leaves, 1);
  std::vector<Matrix> all;
  for (int k = 1; k <= layers; ++k)
    all.emplace_back(Eigen::Map<const Matrix>(results.at("B@" + std::to_string(k)).data(), p, p));
  return all;
}

double departure(const Matrix& b) {
  return (b.transpose() * b - Matrix::Identity(b.cols(), b.cols())).cwiseAbs().maxCoeff();
}

/// The largest difference of entries, where columns come in any order and with either sign.
double column_difference(const Matrix& b, const Matrix& expected) {
  double most = 0;
  for (Eigen::Index j = 0; j < b.cols(); ++j) {
    Eigen::Index k = 0;
    const double product = (expected.transpose() * b.col(j)).cwiseAbs().maxCoeff(&k);
    const double sign = expected.col(k).dot(b.col(j)) < 0 ? -1 : 1;
    most = std::max({most, (sign * b.col(j) - expected.col(k)).cwiseAbs().maxCoeff(), 1 - product});
  }
  return most;
}

Matrix matrix_of(const nlohmann::json& rows) {
  Matrix m(rows.size(), rows.at(0).size());
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j)
      m(i, j) = rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j)).get<double>();
  return m;
}

/// What stands between `before` and the next underscore of a name: "003" is 0.03, "1" is 1.
double number_in(const std::string& name, const std::string& before) {
  const std::size_t from = name.find(before) + before.size();
  const std::string digits = name.substr(from, name.find('_', from) - from);
  return std::stod(digits) / std::pow(10.0, static_cast<double>(digits.size()) - 1);
}

void check_trace(const Set& set, const std::vector<Matrix>& layers, const nlohmann::json& expected) {
  REQUIRE(expected.size() == layers.size() + 1);
  CHECK(std::abs(objective(set, set.start) - expected.at(0).get<double>()) < 1e-10);
  for (std::size_t k = 0; k < layers.size(); ++k) {
    CHECK(std::abs(objective(set, layers[k]) - expected.at(k + 1).get<double>()) < 1e-10);
    CHECK(departure(layers[k]) < 1e-12);
  }
}

}  // namespace

TEST_CASE("sweeps of Flury and Gautschi converge to the reference's components") {
  const auto folder = reference_folder("sparse/cpca");
  if (!folder) return;
  const auto expected = nlohmann::json::parse(std::ifstream(*folder / "expected.json"));
  const auto check = [&](const std::string& name, double value, const nlohmann::json& components) {
    INFO(name);
    const Set set = read_set(*folder, name);
    const std::vector<Matrix> sweeps = run(set, FluryGautschi{}, 20);
    double before = objective(set, set.start);
    for (const Matrix& b : sweeps) {
      CHECK(objective(set, b) <= before + 1e-12);
      CHECK(departure(b) < 1e-12);
      before = objective(set, b);
    }
    CHECK(std::abs(before - value) < 1e-10);
    CHECK(column_difference(sweeps.back(), matrix_of(components)) < 1e-6);
    // Angles of all pairs at once come to the same.
    CHECK(std::abs(objective(set, run(set, PairAngles{}, 40).back()) - value) < 1e-10);
  };
  const auto& old = expected.at("flury_gautschi_1986");
  const double groups = read_set(*folder, "fg86").groups();
  check("fg86", old.at("fg_runs").at("pooled_eigenvectors").at("crit").get<double>() / groups,
        old.at("fg_B_in_published_order_and_sign"));
  for (const char* name : {"iris3", "iris2_versicolor_virginica"}) {
    const auto& set = expected.at(name);
    check(std::string(name).substr(0, 5), set.at("phi_normalised").get<double>(), set.at("B"));
  }
}

TEST_CASE("Cayley descent and the angles of pairs compute the reference's layers") {
  const auto folder = reference_folder("sparse/cpca");
  if (!folder) return;
  const auto expected = nlohmann::json::parse(std::ifstream(*folder / "expected.json"));
  for (const char* name : {"iris3", "iris2_versicolor_virginica"}) {
    const Set set = read_set(*folder, std::string(name).substr(0, 5));
    const auto& rows = expected.at(name);
    for (const auto& [key, trace] : rows.items()) {
      INFO(name, " ", key);
      const int layers = static_cast<int>(trace.size()) - 1;
      if (key.starts_with("cayley_eta"))
        check_trace(set, run(set, CayleyDescent{.step = number_in(key, "cayley_eta")}, layers), trace);
      if (key.starts_with("parallel_fg_eta"))
        check_trace(set, run(set, PairAngles{.step = number_in(key, "parallel_fg_eta")}, layers), trace);
    }
    const auto steps = rows.at("learned_10_steps").get<std::vector<double>>();
    check_trace(set, run(set, CayleyDescent{}, static_cast<int>(steps.size()), "cayley.step", steps),
                rows.at("learned_10_steps_phi"));
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
