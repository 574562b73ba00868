// decode: error rates of a decoder of a code, or its answers to words and syndromes in files.
#include <fmt/format.h>

#include <cmath>

#include "cli/decode/decode.hpp"
#include "cli/terminal/console.hpp"
#include "core/extension.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"

namespace unfurl::app {

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
  const bool counts = !files && !o.exact && !(o.ebn0.empty() && o.p.empty());
  for (const std::string& option : o.given)
    if (option == "--output" || option == "--soft" ? !files : !counts)
      throw DataError(fmt::format("{} means nothing here", option), option,
                      option == "--output" || option == "--soft"
                          ? "it is for words in files: give --llr or --syndrome"
                          : "it is for simulations: give --ebn0 or --p");
  if (o.exact && o.p.empty()) throw DataError("--exact without probabilities", "", "give --p 0.01,0.05");
  if ((!o.shortened.empty() || !o.punctured.empty()) && o.ebn0.empty())
    throw DataError("--shorten and --puncture are of simulated words", "",
                    "give --ebn0; in files, log-ratios of inf and 0 say the same");
  if (!o.html.empty() && (files || o.exact || (o.ebn0.empty() && o.p.empty())))
    throw DataError("--html is a page of simulated rates", "", "give --ebn0 or --p");
  if (const std::string kind = detail::extension_of(o.save);
      kind == ".npy" || kind == ".npz" || kind == ".qc" || kind == ".dem" || kind == ".gz")
    throw DataError(fmt::format("matrices are not written as '{}'", kind), o.save.string(),
                    "name a .alist, or a .txt of 0 and 1");
  if (!o.beside.empty() && o.html.empty()) throw DataError("--beside without a page", "", "give --html FILE");
  if (o.resume && !is_kept(o))
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
  o.json = program.json->file;
  check_decode(o);
  o.running.threads = o.simulation.threads;
  constexpr int words_of_a_register = 16;
  o.running.stop_together = o.stop_together.value_or(o.ebn0.empty() ? 1 : words_of_a_register);
  if (o.exact) o.running.precision = Precision::f64;
  Code code = is_code_name(o.code) ? code_by_name(o.code) : read_code(o.code);
  if (code.checks.ones() == 0) throw DataError("the matrix has no ones", o.code, "give at least one check");
  code.shortened = read_bits(o.shortened, "--shorten", code.bits());
  code.punctured = read_bits(o.punctured, "--puncture", code.bits());
  if (!o.save.empty()) {
    prepare_output(o.save, {o.code});
    detail::write_file(
        o.save, detail::extension_of(o.save) == ".alist" ? to_alist(code.checks) : to_dense(code.checks));
  }
  if (!o.llr.empty() || !o.syndrome.empty()) return decode_files(program, o, code);
  if (o.exact) return list_exact_rates(program, o, code);
  if (!o.ebn0.empty() || !o.p.empty()) return simulate_points(program, o, code);
  return describe_code(program, o, code);
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
      ->add_option("--stop-together", o->stop_together,
                   "So many neighbouring words stop when the checks of all are met, as where they share a "
                   "register; 16 "
                   "with --ebn0, else 1")
      ->transform(within(1, 1 << 16))
      ->type_name("N");
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
  command->add_option("--save", o->save, "Write the matrix of checks: as .alist, or as text of 0 and 1")
      ->type_name("FILE");
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
  add_json(*command, program,
           "code, bits, checks, dimension, rate; alone, what is printed; with --ebn0 and --p decoder, "
           "channel, seed, machine and points (frames, frame_errors, fer, ber and their 95 % intervals, "
           "iterations_mean, …), after every round of words; with --exact rates; with files words, met and "
           "iterations_mean");
  command->add_flag("--resume", o->resume,
                    "Go on with what --json FILE holds: the same counts as without a pause");
  add_examples(
      *command, program,
      {"decode code.alist --ebn0 1:6:1 --iterations 5 --json curve.json",
       "decode bch:63,45 --ebn0 4,5 --rule normalised --scale 0.7 --schedule layered",
       "decode surface:3 --p 0.05 --exact --osd 0", "decode code.alist --llr words.npy -o bits.npy"});
  command->callback([&program, o, command] {
    for (const char* option : {"--output", "--soft", "--frame-errors", "--frames", "--random-words"})
      if (command->count(option) > 0) o->given.push_back(option);
    program.action = [&program, o] { return run_decode(program, *o); };
  });
}

}  // namespace unfurl::app
