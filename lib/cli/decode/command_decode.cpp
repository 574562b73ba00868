// decode: error rates of a decoder of a code, or its answers to words and syndromes in files.
#include <fmt/format.h>

#include <cmath>

#include "cli/decode/decode.hpp"
#include "cli/terminal/console.hpp"
#include "experiment/folders/run_folder.hpp"

namespace unfurl::app {

std::vector<double> read_grid(const std::string& text, const char* option, double least, double most) {
  const auto fail = [&](const std::string& what) {
    throw DataError(what, fmt::format("{} {}", option, text),
                    fmt::format("first:last:step or a list a,b,c of numbers from {} to {}", least, most));
  };
  const auto split = [&](char separator) {
    std::vector<double> numbers;
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t end = std::min(text.find(separator, from), text.size());
      const std::string part = text.substr(from, end - from);
      const std::optional<double> n = read_number(part);
      if (!n) fail(fmt::format("'{}' is no number", part));
      numbers.push_back(*n);
      from = end + 1;
    }
    return numbers;
  };
  std::vector<double> grid;
  constexpr double most_points = 10000;
  if (text.find(':') == std::string::npos) {
    grid = split(',');
  } else {
    const std::vector<double> ends = split(':');
    if (ends.size() != 3) fail(fmt::format("a grid of {} numbers", ends.size()));
    const double steps = (ends[1] - ends[0]) / ends[2];
    if (!(steps >= 0) || !(steps < most_points)) fail("a grid without points, or of too many");
    // Multiples of the step, not sums: 0.1 added up is not what it is typed as.
    for (int i = 0; i <= static_cast<int>(std::floor(steps + 1e-9)); ++i)
      grid.push_back(std::round((ends[0] + i * ends[2]) * 1e12) / 1e12);
  }
  for (const double n : grid)
    if (!(n >= least && n <= most)) fail(fmt::format("{} is out of range", n));
  return grid;
}

NamedDecoder make_decoder(const Program& program, const DecodeOptions& options, const Code& code,
                          bool syndrome) {
  if (options.run.empty()) {
    const Schedule schedule = unroll(code, options.decoder, syndrome);
    return {describe(options.decoder), options.decoder.iterations,
            Decoder(code.checks, schedule.by_layer(), options.running)};
  }
  const StoredRun run = load_run(options.run);
  const Task& task = task_of(program.tasks, run);
  Network network = task.sketch_network(settings_of(task, run));
  assign_from(run, network);
  try {
    return {fmt::format("{}, {}", options.run.string(), settings_of(task, run).tying), network.layers(),
            Decoder(code.checks, network, options.running)};
  } catch (const DataError& error) {
    throw DataError(error.what_happened(), run.file.string(), "give a run that was trained on this code");
  }
}

namespace {

/// Absent for matrices whose bits would take more than 256 MB, and much time.
std::optional<int> affordable_rank(const BinaryMatrix& checks) {
  constexpr double most = 1U << 31U;
  if (static_cast<double>(checks.rows.size()) * checks.columns > most) return std::nullopt;
  return rank(checks);
}

}  // namespace

nlohmann::json decoder_json(const DecodeOptions& options, const Code& code, const NamedDecoder& decoder) {
  const std::optional<int> r = affordable_rank(code.checks);
  nlohmann::json j = {{"code", code.name},
                      {"bits", code.bits()},
                      {"checks", code.checks.rows.size()},
                      {"decoder", decoder.name},
                      {"iterations", decoder.iterations},
                      {"early_stop", options.running.early_stop},
                      {"stop_together", options.running.stop_together}};
  if (r) j["dimension"] = code.bits() - *r;
  if (r)
    j["rate"] = code.shortened.empty() && code.punctured.empty()
                    ? static_cast<double>(code.bits() - *r) / code.bits()
                    : code_rate(code);
  if (!code.shortened.empty()) j["shortened"] = code.shortened;
  if (!code.punctured.empty()) j["punctured"] = code.punctured;
  if (options.running.osd) j["osd"] = *options.running.osd;
  return j;
}

int describe_code(const DecodeOptions& options, const Code& code) {
  const std::optional<int> r = affordable_rank(code.checks);
  const int n = code.bits();
  const GraphStatistics s = graph_statistics(code.checks);
  std::map<std::size_t, int> of_bits, of_checks;
  for (const auto& column : code.checks.by_column()) ++of_bits[column.size()];
  for (const auto& row : code.checks.rows) ++of_checks[row.size()];
  const auto degrees = [](const std::map<std::size_t, int>& counts) {
    std::string text;
    for (const auto& [degree, count] : counts)
      text += fmt::format("{}{} of degree {}", text.empty() ? "" : ", ", count, degree);
    return text;
  };
  out("{}\n", code.name);
  out("  bits            {}: {}\n", n, degrees(of_bits));
  out("  checks          {}{}: {}\n", code.checks.rows.size(),
      r ? fmt::format(", {} independent", *r) : ", too many to tell how many are independent",
      degrees(of_checks));
  if (code.logical.rows.empty()) {
    if (r) out("  dimension       {}, rate {:.4g}\n", n - *r, static_cast<double>(n - *r) / n);
    constexpr int largest = 5000;
    if (n <= largest && r && n > *r)
      out("  distance        at most {}\n", distance_estimate(code.checks, 20, options.simulation.seed));
  } else {
    out("  logical         {} parities\n", code.logical.rows.size());
  }
  out("  ones            {}\n", code.checks.ones());
  out("  girth           {}\n", s.girth ? fmt::format("{}", *s.girth) : "none: no cycles");
  out("  cycles          {}{}\n",
      s.four_cycles ? fmt::format("{} of length 4", *s.four_cycles) : "too many to count",
      s.six_cycles ? fmt::format(", {} of length 6", *s.six_cycles) : "");
  return 0;
}

namespace {

/// What belongs together, before anything is computed.
void check_decode(DecodeOptions& o) {
  const bool files = !o.llr.empty() || !o.syndrome.empty();
  if (!o.ebn0.empty() && !o.p.empty())
    throw DataError("both --ebn0 and --p are given", "",
                    "noise on words, or flips and their syndromes: give one");
  if (files && !o.ebn0.empty())
    throw DataError("words in files have their noise: --ebn0 means nothing", "", "leave it out");
  if (files && o.output.empty())
    throw DataError("there is nowhere to write what is decoded", "", "give -o FILE.npy");
  if (o.exact && o.p.empty()) throw DataError("--exact without probabilities", "", "give --p 0.01,0.05");
  if ((!o.shortened.empty() || !o.punctured.empty()) && o.ebn0.empty())
    throw DataError("--shorten and --puncture are of simulated words", "",
                    "give --ebn0; in files, log-ratios of inf and 0 say the same");
  if (!o.html.empty() && (files || o.exact || (o.ebn0.empty() && o.p.empty())))
    throw DataError("--html is a page of simulated rates", "", "give --ebn0 or --p");
  if (!o.beside.empty() && o.html.empty()) throw DataError("--beside without a page", "", "give --html FILE");
  if (o.resume && o.json.empty())
    throw DataError("--resume without a file to go on with", "", "give --json FILE");
  if (o.scale && o.rule != "normalised")
    throw DataError(fmt::format("--scale means nothing to {}", o.rule), "", "give --rule normalised");
  if (o.offset && o.rule != "offset")
    throw DataError(fmt::format("--offset means nothing to {}", o.rule), "", "give --rule offset");
  o.decoder.rule = o.rule == "sum-product"  ? CheckRule::sum_product
                   : o.rule == "min-sum"    ? CheckRule::min_sum
                   : o.rule == "normalised" ? CheckRule::normalised
                                            : CheckRule::offset;
  o.decoder.amount = o.scale ? o.scale : o.offset;
  o.decoder.order = o.schedule == "flooding"  ? UpdateOrder::flooding
                    : o.schedule == "layered" ? UpdateOrder::layered
                                              : UpdateOrder::layered_coloured;
}

int run_decode(const Program& program, DecodeOptions o) {
  check_decode(o);
  o.running.threads = o.simulation.threads;
  constexpr int words_of_a_register = 16;
  o.running.stop_together = o.stop_together.value_or(o.ebn0.empty() ? 1 : words_of_a_register);
  if (o.exact) o.running.precision = Precision::f64;
  Code code = is_code_name(o.code) ? code_by_name(o.code) : read_code(o.code);
  if (code.checks.ones() == 0) throw DataError("the matrix has no ones", o.code, "give at least one check");
  code.shortened = read_bits(o.shortened, "--shorten", code.bits());
  code.punctured = read_bits(o.punctured, "--puncture", code.bits());
  if (!o.llr.empty() || !o.syndrome.empty()) return decode_files(program, o, code);
  if (o.exact) return list_exact_rates(program, o, code);
  if (!o.ebn0.empty() || !o.p.empty()) return simulate_points(program, o, code);
  return describe_code(o, code);
}

}  // namespace

void add_decode(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("decode", "Decode a binary code: error rates, or words and syndromes in files");
  const auto o = std::make_shared<DecodeOptions>();
  command
      ->add_option("CODE", o->code,
                   "File: .alist, .npy, .npz, .qc, .dem, or 0/1 text; or a construction: hamming:R, "
                   "bch:N,K[,ROWS], light_bch:N,K,ORBITS, "
                   "ldpc:N,DV,DC[,SEED], repetition:N, surface:D, toric:D, bicycle:N (and surface_apart:D, "
                   "surface_joint:D, …: bit and phase flips of depolarising noise). Alone: describes it")
      ->required()
      ->type_name("");
  command
      ->add_option("--ebn0", o->ebn0,
                   "Simulate BPSK over white noise at these Eb/N0 in dB: first:last:step or a,b,c")
      ->type_name("GRID");
  command
      ->add_option("--p", o->p,
                   "Simulate independent flips of these probabilities (of a .dem file: factors of its own), "
                   "decoded from "
                   "their syndromes")
      ->type_name("GRID");
  command->add_flag("--exact", o->exact,
                    "With --p: failures over all errors, where all syndromes can be listed");
  command->add_option("--llr", o->llr, "Decode these log-ratios log p(0)/p(1), [words, bits]")
      ->type_name("FILE.npy");
  command->add_option("--syndrome", o->syndrome, "Decode these syndromes, [words, checks]")
      ->type_name("FILE.npy");
  command->add_option("-o,--output", o->output, "Where decoded bits are written")->type_name("FILE.npy");
  command->add_flag("--soft", o->soft, "Write log-ratios instead of bits");
  command->add_option("--iterations", o->decoder.iterations, "Most iterations")
      ->transform(within(1, most_layers))
      ->type_name("K")
      ->capture_default_str();
  command
      ->add_option("--rule", o->rule,
                   "How checks answer: sum-product, min-sum, normalised or offset (min-sum)")
      ->transform(takes(one_of({"sum-product", "min-sum", "normalised", "offset"})))
      ->type_name("RULE")
      ->capture_default_str();
  command->add_option("--scale", o->scale, "normalised: factor of every message (0.8)")
      ->transform(takes(number_above(0)))
      ->type_name("S");
  command->add_option("--offset", o->offset, "offset: moves every message towards zero (0.5)")
      ->transform(takes(number(0)))
      ->type_name("B");
  command
      ->add_option(
          "--schedule", o->schedule,
          "flooding: all checks at once; layered: row by row, with the newest messages; layered-coloured: by "
          "groups of rows that share no bit")
      ->transform(takes(one_of({"flooding", "layered", "layered-coloured"})))
      ->type_name("NAME")
      ->capture_default_str();
  CLI::Option* run =
      command
          ->add_option("--run", o->run, "Use this training run of the model `decoder` in the place of a rule")
          ->type_name("RUN");
  for (const char* other : {"--iterations", "--rule", "--scale", "--offset", "--schedule"})
    run->excludes(command->get_option(other));
  command
      ->add_option("--osd", o->running.osd,
                   "Ordered statistics of this order for words whose checks are not met in the end")
      ->transform(within(0, 4))
      ->type_name("W");
  command->add_flag("!--all-iterations", o->running.early_stop, "Do not stop a word when its checks are met");
  command
      ->add_option("--frame-errors", o->simulation.word_errors, "Stop at so many wrong words for each point")
      ->transform(within(1, 100000000))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--frames", o->simulation.most_words, "Or at so many words")
      ->transform(takes(whole_number(1, 2000000000)))
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("--random-words", o->simulation.random_words,
                    "Send random words of the code instead of the zero word, with the same noise");
  command->add_option("--seed", o->simulation.seed, "Seed of words and noise")
      ->transform(takes(any_seed()))
      ->type_name("N");
  command
      ->add_option("--threads", o->simulation.threads,
                   "Threads to use, 0 for all; results do not depend on it")
      ->transform(within(0, 4096))
      ->type_name("N");
  command
      ->add_option("--shorten", o->shortened,
                   "With --ebn0: these bits are 0 and not sent, which the decoder knows; as in 0-3,10")
      ->type_name("BITS");
  command
      ->add_option("--puncture", o->punctured,
                   "With --ebn0: these bits are not sent; nothing is known of them")
      ->type_name("BITS");
  command->add_option("--html", o->html, "Draw the curves on this page, too")->type_name("FILE");
  command->add_option("--beside", o->beside, "Curves that --json wrote before, on the same page")
      ->type_name("FILE.json");
  command->add_option("--json", o->json, "Write the results to this file, too, after every round of words")
      ->type_name("FILE");
  command->add_flag("--resume", o->resume,
                    "Go on with what --json FILE holds: the same counts as without a pause");
  add_examples(
      *command, program,
      {"decode code.alist --ebn0 1:6:1 --iterations 5 --json curve.json",
       "decode bch:63,45 --ebn0 4,5 --rule normalised --scale 0.7 --schedule layered",
       "decode surface:3 --p 0.05 --exact --osd 0", "decode code.alist --llr words.npy -o bits.npy"});
  command->callback([&program, o] { program.action = [&program, o] { return run_decode(program, *o); }; });
}

}  // namespace unfurl::app
