// Decoders at work, and what they are worth on noise.
#include "unfurl/decoding.hpp"

#include <pybind11/functional.h>

#include <mutex>

#include "codes.hpp"

namespace unfurl::python {

using detail::cat;

namespace {

/// A decoder, which keeps its memory from call to call: threads wait for each other.
struct SharedDecoder {
  Decoder decoder;
  int bits, checks;
  std::unique_ptr<std::recursive_mutex> busy = std::make_unique<std::recursive_mutex>();
};

Decoder::Options options_of(bool early_stop, int stop_together, std::optional<int> osd, Precision precision,
                            int threads) {
  return {early_stop, stop_together, osd, precision, threads};
}

SharedDecoder shared(const BinaryMatrix& checks, Decoder decoder) {
  return {std::move(decoder), checks.columns, static_cast<int>(checks.rows.size())};
}

/// [words, columns], or one word.
void check_words(const py::array& a, int columns, const char* what) {
  if ((a.ndim() == 1 || a.ndim() == 2) && a.shape(a.ndim() - 1) == columns) return;
  std::string shape;
  for (py::ssize_t i = 0; i < a.ndim(); ++i) shape += cat(i == 0 ? "" : ", ", a.shape(i));
  throw DataError(cat(what, " of the shape [", shape, "] for a code of ", columns), here(),
                  cat("give [words, ", columns, "], or one word"));
}

struct Answers {
  py::array bits, llr, iterations, met;
};

Answers decode(SharedDecoder& d, const py::object& llr, const py::object& syndromes) {
  const auto ratios = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(llr);
  if (!ratios) throw py::error_already_set();
  check_words(ratios, d.bits, "log-ratios");
  std::vector<std::uint8_t> odd;
  if (!syndromes.is_none()) {
    const Bits bits = bits_of("a syndrome", syndromes);
    check_words(bits, d.checks, "syndromes");
    odd.assign(bits.data(), bits.data() + bits.size());
  }
  const std::vector<double> numbers(ratios.data(), ratios.data() + ratios.size());
  DecodedWords words;
  {
    const py::gil_scoped_release release;
    const std::lock_guard lock(*d.busy);
    words = d.decoder.decode(numbers, odd);
  }
  std::vector<py::ssize_t> each, shape{d.bits};
  if (ratios.ndim() == 2) each.push_back(ratios.shape(0)), shape.insert(shape.begin(), ratios.shape(0));
  const py::array met = own(std::move(words.met), each);
  return {own(std::move(words.bits), shape), own(std::move(words.llr), shape),
          own(std::move(words.iterations), each), py::array(met.attr("astype")("bool"))};
}

void bind_decoder(py::module_& m) {
  py::enum_<CheckRule>(m, "CheckRule", doc("CheckRule"))
      .value("sum_product", CheckRule::sum_product)
      .value("min_sum", CheckRule::min_sum)
      .value("normalised", CheckRule::normalised)
      .value("offset", CheckRule::offset);
  using R = DecodingRule;
  options<R>(m, "DecodingRule", option("rule", &R::rule), option("amount", &R::amount),
             option("order", &R::order), option("iterations", &R::iterations));
  m.def("describe", py::overload_cast<const R&>(&describe), py::arg("rule"), doc("describe"));
  m.def("visits", &visits, py::arg("code"), doc("visits"));
  const auto rule = py::arg("rule"), syndrome = py::arg("syndrome");
  m.def(
      "unroll", [](const Code& c, const R& r, bool s) { return unroll(c, r, s); }, py::arg("code"), rule,
      syndrome, doc("unroll"));
  m.def(
      "unroll", [](const BinaryMatrix& c, const R& r, bool s) { return unroll(c, r, s); }, py::arg("checks"),
      rule, syndrome, doc("unroll"));

  py::class_<Answers>(m, "DecodedWords", doc("DecodedWords"))
      .def_readonly("bits", &Answers::bits, doc("DecodedWords.bits"))
      .def_readonly("llr", &Answers::llr, doc("DecodedWords.llr"))
      .def_readonly("iterations", &Answers::iterations, doc("DecodedWords.iterations"))
      .def_readonly("met", &Answers::met, doc("DecodedWords.met"));

  const Decoder::Options standard;
  const auto early = py::arg("early_stop") = standard.early_stop;
  const auto together = py::arg("stop_together") = standard.stop_together;
  const auto osd = py::arg("osd") = py::none();
  const auto precision = py::arg("precision") = standard.precision;
  const auto threads = py::arg("threads") = standard.threads;
  const py::call_guard<py::gil_scoped_release> released;
  py::class_<SharedDecoder> c(m, "Decoder", doc("Decoder"));
  c.def(py::init([](const Code& code, const R& r, bool s, bool e, int t, std::optional<int> o, Precision p,
                    int n) {
          return shared(code.checks,
                        Decoder(code.checks, unroll(code, r, s).by_layer(), options_of(e, t, o, p, n)));
        }),
        py::arg("code"), py::arg_v("rule", R{}, "DecodingRule()"), py::arg("syndrome") = false, early,
        together, osd, precision, threads, released,
        "A classical decoder of words, or with `syndrome` of syndromes.")
      .def(py::init([](const Code& code, const Schedule& s, bool e, int t, std::optional<int> o, Precision p,
                       int n) {
             return shared(code.checks, Decoder(code.checks, s.by_layer(), options_of(e, t, o, p, n)));
           }),
           py::arg("code"), py::arg("schedule"), early, together, osd, precision, threads, released,
           "The layers of a schedule on decoding_model() of the code.")
      .def(py::init([](const Code& code, const ArrayNetwork& network, bool e, int t, std::optional<int> o,
                       Precision p, int n) {
             return shared(code.checks, Decoder(code.checks, network, options_of(e, t, o, p, n)));
           }),
           py::arg("code"), py::arg("network"), early, together, osd, precision, threads, released,
           doc("Decoder.Decoder"))
      .def("takes_syndromes", [](const SharedDecoder& d) { return d.decoder.takes_syndromes(); })
      .def("decode", &decode, py::arg("llr"), py::arg("syndromes") = py::none(), doc("Decoder.decode"));
}

void bind_counts(py::module_& m) {
  using K = Channel;
  py::class_<K> channel(m, "Channel", doc("Channel"));
  py::enum_<K::Kind>(channel, "Kind", doc("Channel.Kind"))
      .value("awgn", K::Kind::awgn)
      .value("flips", K::Kind::flips);
  define(channel, "Channel", option("kind", &K::kind), option("level", &K::level));
  using E = ErrorCounts;
  py::class_<E> counts(m, "ErrorCounts", doc("ErrorCounts"));
  define(counts, "ErrorCounts", option("level", &E::level), option("words", &E::words),
         option("word_errors", &E::word_errors), option("bit_errors", &E::bit_errors),
         option("squared_bit_errors", &E::squared_bit_errors), option("unmet", &E::unmet),
         option("iterations", &E::iterations));
  const auto confidence = py::arg("confidence") = 0.95;
  const auto bits = py::arg("bits");
  counts.def("word_error_rate", &E::word_error_rate)
      .def("bit_error_rate", &E::bit_error_rate, bits, doc("ErrorCounts.bit_error_rate"))
      .def("word_error_interval", &E::word_error_interval, confidence, doc("ErrorCounts.word_error_interval"))
      .def("bit_error_interval", &E::bit_error_interval, bits, confidence,
           doc("ErrorCounts.bit_error_interval"));
  using X = ExactRates;
  py::class_<X>(m, "ExactRates", doc("ExactRates"))
      .def_readonly("p", &X::p)
      .def_readonly("maximum_likelihood", &X::maximum_likelihood, doc("ExactRates.maximum_likelihood"))
      .def_readonly("failure", &X::failure, doc("ExactRates.failure"))
      .def_readonly("unmet", &X::unmet, doc("ExactRates.unmet"));
}

ErrorCounts simulate_words(SharedDecoder& d, const Code& code, const Channel& channel,
                           std::int64_t word_errors, std::int64_t most_words, std::uint64_t seed,
                           bool random_words, int threads, const ErrorCounts& counts,
                           const std::function<bool(const ErrorCounts&)>& after) {
  // An exception of Python ends the simulation, Ctrl-C too; it goes on its way when the work has ended.
  std::optional<py::error_already_set> failure;
  const auto go_on = [&](const ErrorCounts& now) {
    const py::gil_scoped_acquire acquire;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      return !after || after(now);
    } catch (py::error_already_set& error) {
      failure = std::move(error);
      return false;
    }
  };
  ErrorCounts result;
  {
    const py::gil_scoped_release release;
    const std::lock_guard lock(*d.busy);
    result = simulate(d.decoder, code, channel, {word_errors, most_words, seed, random_words, threads},
                      counts, go_on);
  }
  if (failure) throw py::error_already_set(std::move(*failure));
  return result;
}

}  // namespace

void bind_decoding(py::module_& m) {
  bind_decoder(m);
  bind_counts(m);
  const SimulationOptions standard;
  m.def("simulate", &simulate_words, py::arg("decoder"), py::arg("code"), py::arg("channel"),
        py::arg("word_errors") = standard.word_errors, py::arg("most_words") = standard.most_words,
        py::arg("seed") = standard.seed, py::arg("random_words") = standard.random_words,
        py::arg("threads") = standard.threads, py::arg_v("counts", ErrorCounts{}, "ErrorCounts()"),
        py::arg("after") = std::function<bool(const ErrorCounts&)>(), doc("simulate"));
  m.def(
      "exact_rates",
      [](SharedDecoder& d, const Code& code, double p) {
        const py::gil_scoped_release release;
        const std::lock_guard lock(*d.busy);
        return exact_rates(d.decoder, code, p);
      },
      py::arg("decoder"), py::arg("code"), py::arg("p"), doc("exact_rates"));
}

}  // namespace unfurl::python
