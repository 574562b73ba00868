// Codes: matrices over GF(2), constructions, and the models that decode them.
#include "codes.hpp"

#include <algorithm>

#include "formulas.hpp"

namespace unfurl::python {

using detail::cat;

Bits bits_of(const char* what, const py::handle& array) {
  const auto numbers = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
  if (!numbers) {
    PyErr_Clear();
    throw DataError(cat(what, " is no array of numbers"), here(), "give a NumPy array of 0 and 1");
  }
  Bits bits(std::vector<py::ssize_t>(numbers.shape(), numbers.shape() + numbers.ndim()));
  for (py::ssize_t i = 0; i < numbers.size(); ++i) {
    const double v = numbers.data()[i];
    if (v != 0 && v != 1) throw DataError(cat(what, " holds ", v, ", entry ", i), here(), "bits are 0 or 1");
    bits.mutable_data()[i] = v != 0 ? 1 : 0;
  }
  return bits;
}

namespace {

BinaryMatrix matrix_from(const py::handle& array) {
  const Bits bits = bits_of("a matrix", array);
  if (bits.ndim() != 2)
    throw DataError(cat("a matrix of ", bits.ndim(), " dimensions"), here(), "give an array [rows, columns]");
  BinaryMatrix m{static_cast<int>(bits.shape(1)), {}};
  m.rows.resize(static_cast<std::size_t>(bits.shape(0)));
  for (py::ssize_t r = 0; r < bits.shape(0); ++r)
    for (int c = 0; c < m.columns; ++c)
      if (bits.at(r, c) != 0) m.rows[static_cast<std::size_t>(r)].push_back(c);
  return m;
}

/// [rows, columns], of 0 and 1.
py::array to_array(const BinaryMatrix& m) {
  const auto rows = static_cast<py::ssize_t>(m.rows.size());
  Word bits(m.rows.size() * static_cast<std::size_t>(m.columns));
  for (std::size_t r = 0; r < m.rows.size(); ++r)
    for (const int c : m.rows[r])
      bits[r * static_cast<std::size_t>(m.columns) + static_cast<std::size_t>(c)] = 1;
  return bit_array(bits, {rows, m.columns});
}

void bind_matrix(py::module_& m) {
  using M = BinaryMatrix;
  py::class_<M> c(m, "BinaryMatrix", doc("BinaryMatrix"));
  c.def(py::init([](int columns, std::vector<std::vector<int>> rows) {
          M matrix{columns, std::move(rows)};
          check_matrix(matrix);
          return matrix;
        }),
        py::arg("columns"), py::arg("rows"), "The columns of the ones of every row, rising.")
      .def(py::init([](const py::array& array) { return matrix_from(array); }), py::arg("array"),
           "An array [rows, columns] of 0 and 1; it serves wherever a matrix is asked for.")
      .def_readonly("columns", &M::columns)
      .def_readonly("rows", &M::rows, doc("BinaryMatrix.rows"))
      .def_property_readonly("shape", [](const M& a) { return py::make_tuple(a.rows.size(), a.columns); })
      .def("ones", &M::ones, "How many there are.")
      .def("by_column", &M::by_column, doc("BinaryMatrix.by_column"))
      .def("transposed", &M::transposed)
      .def("to_array", &to_array, "[rows, columns], of 0 and 1.")
      .def(
          "__array__",
          [](const M& a, const py::object& type, const py::object&) {
            const py::array array = to_array(a);
            return type.is_none() ? py::object(array) : py::object(array.attr("astype")(type));
          },
          py::arg("dtype") = py::none(), py::arg("copy") = py::none())
      .def(
          "__eq__", [](const M& a, const M& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const M& a) {
        return cat("<BinaryMatrix of ", a.rows.size(), " x ", a.columns, ", ", a.ones(), " ones>");
      });
  py::implicitly_convertible<py::array, M>();
}

/// f of every word of an array [words, bits], or of one word.
template <class F>
py::array of_words(const char* what, const py::object& array, F f) {
  const Bits words = bits_of(what, array);
  if (words.ndim() != 1 && words.ndim() != 2)
    throw DataError(cat(what, " of ", words.ndim(), " dimensions"), here(), "give [bits], or [words, bits]");
  const py::ssize_t count = words.ndim() == 2 ? words.shape(0) : 1, n = words.shape(words.ndim() - 1);
  Word all;
  for (py::ssize_t w = 0; w < count; ++w) {
    const Word one = f(Word(words.data() + w * n, words.data() + (w + 1) * n));
    all.insert(all.end(), one.begin(), one.end());
  }
  const auto each = count == 0 ? 0 : static_cast<py::ssize_t>(all.size()) / count;
  return words.ndim() == 2 ? bit_array(all, {count, each}) : bit_array(all, {each});
}

void bind_algebra(py::module_& m) {
  const auto matrix = py::arg("matrix"), checks = py::arg("checks");
  const py::call_guard<py::gil_scoped_release> released;
  m.def(
      "multiply",
      [](const BinaryMatrix& a, const py::object& word) {
        return of_words("a word", word, [&](const Word& w) { return multiply(a, w); });
      },
      matrix, py::arg("word"), doc("multiply"));
  m.def(
      "combine_rows",
      [](const BinaryMatrix& a, const py::object& message) {
        return of_words("a message", message, [&](const Word& w) { return combine_rows(a, w); });
      },
      matrix, py::arg("message"), doc("combine_rows"));
  m.def("check_matrix", &check_matrix, matrix, py::arg("where") = "", doc("check_matrix"));
  m.def("rank", &rank, matrix, released, doc("rank"));
  m.def("kernel", &kernel, matrix, released, doc("kernel"));
  m.def(
      "ordered_statistics",
      [](const BinaryMatrix& a, const py::object& syndrome, const std::vector<int>& columns,
         const py::object& base, int order, const std::vector<double>& cost) {
        const Bits s = bits_of("the syndrome", syndrome), b = bits_of("the base", base);
        Word sought, start, found;
        sought.assign(s.data(), s.data() + s.size());
        start.assign(b.data(), b.data() + b.size());
        {
          const py::gil_scoped_release release;
          found = ordered_statistics(a, sought, columns, start, order, cost);
        }
        return bit_array(found, {static_cast<py::ssize_t>(found.size())});
      },
      matrix, py::arg("syndrome"), py::arg("columns"), py::arg("base"), py::arg("order") = 0,
      py::arg("cost") = std::vector<double>{}, doc("ordered_statistics"));
  using G = GraphStatistics;
  py::class_<G>(m, "GraphStatistics", doc("GraphStatistics"))
      .def_readonly("girth", &G::girth, doc("GraphStatistics.girth"))
      .def_readonly("four_cycles", &G::four_cycles, doc("GraphStatistics.four_cycles"))
      .def_readonly("six_cycles", &G::six_cycles);
  m.def("graph_statistics", &graph_statistics, checks, released, "Cycles of the graph of checks and bits.");
  m.def("distance_estimate", &distance_estimate, checks, py::arg("tries"), py::arg("seed") = 1, released,
        doc("distance_estimate"));
  m.def("rows_in_order", &rows_in_order, checks, doc("rows_in_order"));
}

void bind_code(py::module_& m) {
  using C = Code;
  py::class_<C> c(m, "Code", doc("Code"));
  py::enum_<C::Qubits>(c, "Qubits", doc("Code.Qubits"))
      .value("none", C::Qubits::none)
      .value("apart", C::Qubits::apart)
      .value("joint", C::Qubits::joint);
  c.def(py::init([](BinaryMatrix checks, std::string name, BinaryMatrix logical, std::vector<double> priors,
                    C::Qubits qubits, std::vector<int> shortened, std::vector<int> punctured) {
          check_matrix(checks, name);
          return C{std::move(name), std::move(checks),    std::move(logical),  std::move(priors),
                   qubits,          std::move(shortened), std::move(punctured)};
        }),
        py::arg("checks"), py::arg("name") = "code",
        py::arg_v("logical", BinaryMatrix{}, "BinaryMatrix(0, [])"),
        py::arg("priors") = std::vector<double>{}, py::arg("qubits") = C::Qubits::none,
        py::arg("shortened") = std::vector<int>{}, py::arg("punctured") = std::vector<int>{},
        "Of any matrix of checks, or array of 0 and 1.")
      .def_readwrite("name", &C::name)
      .def_readwrite("checks", &C::checks)
      .def_readwrite("logical", &C::logical, doc("Code.logical"))
      .def_readwrite("priors", &C::priors, doc("Code.priors"))
      .def_readwrite("qubits", &C::qubits)
      .def_readwrite("shortened", &C::shortened, doc("Code.shortened"))
      .def_readwrite("punctured", &C::punctured, doc("Code.shortened"))
      .def("bits", &C::bits, "How many columns its checks have.")
      .def("__repr__", [](const C& a) {
        return cat("<Code '", a.name, "' of ", a.bits(), " bits, ", a.checks.rows.size(), " checks>");
      });
  using Q = CssCode;
  py::class_<Q>(m, "CssCode", doc("CssCode"))
      .def_readonly("name", &Q::name)
      .def_readonly("x_checks", &Q::x_checks)
      .def_readonly("z_checks", &Q::z_checks)
      .def_readonly("x_logical", &Q::x_logical)
      .def_readonly("z_logical", &Q::z_logical)
      .def("bit_flips", &Q::bit_flips, doc("CssCode.bit_flips"))
      .def("phase_flips", &Q::phase_flips)
      .def("errors", &Q::errors, py::arg("qubits"), doc("CssCode.errors"));
}

void bind_constructions(py::module_& m) {
  const py::call_guard<py::gil_scoped_release> released;
  const auto n = py::arg("n"), k = py::arg("k"), d = py::arg("d"), code = py::arg("code");
  const auto seed = py::arg("seed") = 1;
  m.def("hamming", &hamming, py::arg("r"), doc("hamming"));
  m.def("bch", &bch, n, k, py::arg("rows") = py::none(), released, doc("bch"));
  m.def("light_bch", &light_bch, n, k, py::arg("orbits"), seed, released, doc("light_bch"));
  m.def("regular_ldpc", &regular_ldpc, n, py::arg("dv"), py::arg("dc"), seed, released, doc("regular_ldpc"));
  m.def("quasi_cyclic", &quasi_cyclic, py::arg("base"), py::arg("lift"), released, doc("quasi_cyclic"));
  m.def("repetition", &repetition, n, doc("repetition"));
  m.def("css", &css, py::arg("name"), py::arg("x_checks"), py::arg("z_checks"), released, doc("css"));
  m.def("rotated_surface", &rotated_surface, d, released, doc("rotated_surface"));
  m.def("toric", &toric, d, released, doc("toric"));
  m.def("bivariate_bicycle", &bivariate_bicycle, py::arg("l"), py::arg("m"), py::arg("a"), py::arg("b"),
        released, doc("bivariate_bicycle"));
  m.def("code_by_name", &code_by_name, py::arg("name"), released, doc("code_by_name"));
  m.def("is_code_name", &is_code_name, py::arg("name"), "Whether it begins as the name of a construction.");
  m.def("code_rate", &code_rate, code, released, doc("code_rate"));
  m.def("words_to_send", &words_to_send, code, released, doc("words_to_send"));
  m.def(
      "flip_probabilities", [](const Code& c, double level) { return own(flip_probabilities(c, level)); },
      code, py::arg("level"), doc("flip_probabilities"));
  const auto syndrome = py::arg("syndrome") = false;
  m.def("decoding_model", py::overload_cast<const Code&, bool>(&decoding_model), code, syndrome,
        doc("decoding_model"));
  m.def("decoding_model", py::overload_cast<const BinaryMatrix&, bool>(&decoding_model), py::arg("checks"),
        syndrome);
  m.def(
      "depolarising_table", [](const Expr& llr) { return depolarising_table(llr, here()); }, py::arg("llr"),
      doc("depolarising_table"));
}

}  // namespace

void bind_codes(py::module_& m) {
  bind_matrix(m);
  bind_algebra(m);
  bind_code(m);
  bind_constructions(m);
  bind_code_files(m);
}

}  // namespace unfurl::python
