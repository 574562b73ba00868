// compare: untrained, tied, untied and conventional networks side by side.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/interrupt.hpp"
#include "cli/terminal/progress.hpp"
#include "core/output/output_file.hpp"
#include "experiment/comparison/kept_rows.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/settings_json.hpp"
#include "report/comparison_output.hpp"
#include "unfurl/ranks.hpp"

namespace unfurl::app {

namespace {

constexpr int most_seeds = 1000;
constexpr const char *table_file = "table.txt", *json_file = "compare.json", *report_file = "report.html";

struct Options {
  TypedSettings typed;
  int seeds = 1;  ///< 1 .. most_seeds
  std::vector<int> layers;
  std::filesystem::path out;
  bool resume = false;
};

void check_seeds_and_layers(const Options& options) {
  const std::uint64_t first = options.typed.settings.seed.value_or(1);
  if (first > std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(options.seeds - 1))
    throw ScheduleError(fmt::format("there are no {} seeds from {} on", options.seeds, first), "--seed",
                        "begin with a smaller one");
  std::vector<int> sorted = options.layers;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    throw ScheduleError(fmt::format("{} layers are asked for twice", *twice), "--layers",
                        "name each number once");
}

/// A progress line for every row, and Ctrl-C as a wish to stop.
class Watch final : public ComparisonObserver {
 public:
  void begin(const std::string& label, int epochs) override {
    if (!interrupt_) interrupt_.emplace();  // not before there is something to keep
    label_ = label;
    if (epochs > 0) progress_.emplace(label, epochs);
  }
  void batch(int epoch, double share, double loss) override {
    progress_->batch(epoch, share, loss);
    if (stop() && !told_) progress_->note("Stopping after this epoch; Ctrl-C again stops at once.");
    told_ = stop();
  }
  void epoch(const EpochRecord& record) override { progress_->epoch(record); }
  /// What a row came to, for whoever waits for the table.
  void end(const std::vector<Metric>& metrics) override {
    progress_.reset();
    if (metrics.empty()) return;
    std::string text;
    for (const Metric& m : metrics)
      text += fmt::format("{}{} {:.4g}{}{}", text.empty() ? "" : ", ", m.name, m.value,
                          m.unit.empty() ? "" : " ", m.unit);
    note("{}{}\n", label_, text);
  }
  bool stop() override { return interrupt_ && interrupt_->wanted(); }

 private:
  std::optional<Interrupt> interrupt_;
  std::optional<Progress> progress_;
  std::string label_;
  bool told_ = false;
};

int compare_model(const Program& program, const Options& options) {
  const Task& task = find_task(program.tasks, options.typed.model);
  check_seeds_and_layers(options);
  ComparisonOptions wanted;
  TypedSettings typed = options.typed;
  if (!options.layers.empty()) typed.settings.layers = options.layers.front();
  wanted.settings = settings_for(task, typed, Option::Scope::comparing);
  wanted.layers = options.layers.empty() ? std::vector<int>{wanted.settings.layers} : options.layers;
  wanted.seeds = options.seeds;
  wanted.folder = options.out;
  wanted.ranks = program.ranks;
  wanted.resume = options.resume;
  if (options.resume && options.out.empty())
    throw DataError("--resume without a folder to go on in", "", "give -o DIR");
  if (options.resume && program.ranks)
    throw ScheduleError("a comparison is resumed by one process, not by several", "",
                        "leave out mpirun, or --resume");
  const bool writes = !program.ranks || program.ranks->rank() == 0;
  std::optional<FolderLock> lock;
  on_first(program.ranks, [&] {
    if (options.out.empty()) return "";  // before hours of training, not after
    for (const char* name : {table_file, json_file, report_file}) prepare_output(options.out / name);
    lock.emplace(options.out);
    return "";
  });
  if (!writes) wanted.folder.clear();

  Watch watch;
  Comparison comparison = compare(task, wanted, watch);
  if (comparison.rows.empty()) {
    note("Stopped before the first row was done.\n");
    return interrupted_status;
  }
  comparison.command = program.command_line;
  out("{}", to_text(comparison, terminal_columns(stdout)));
  const int status = comparison.interrupted ? interrupted_status : 0;
  const nlohmann::json numbers = to_json(comparison);
  program.json->object.update(numbers);
  if (options.out.empty() || !writes) return status;
  detail::write_file(options.out / table_file, to_text(comparison));
  write_json(options.out / json_file, numbers);
  detail::write_file(options.out / report_file, to_html(comparison));
  if (comparison.interrupted)
    note("Go on with the same command and --resume.\n");
  else
    forget_rows(options.out);
  return status;
}

}  // namespace

void add_compare(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "compare", "Train tied, untied and conventional networks on the same data and compare them");
  const auto options = std::make_shared<Options>();
  add_model(*command, options->typed);
  command->add_option("--seeds", options->seeds, "Number of seeds to train every network with")
      ->transform(within(1, most_seeds))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--layers", options->layers, "Numbers of layers, one or several: --layers 4,10")
      ->transform(within(1, most_layers))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("K,...");
  add_algorithm(*command, options->typed);
  add_task_options(*command, options->typed);
  add_data(*command, options->typed);
  add_epochs(*command, options->typed, 1);  // of networks that are all untrained there is nothing to compare
  add_priors(*command, options->typed);
  CLI::Option* from_tied = command->add_flag(
      "--from-tied", options->typed.settings.from_tied,
      "One more row: an untied network that starts from the trained tied one, held near it by --near-tied");
  command->get_option("--near-tied")->needs(from_tied);
  add_seed(*command, options->typed);
  add_recompute(*command, options->typed);
  add_threads(*command, options->typed);
  add_slots(*command, options->typed);
  command->add_option("-o,--output", options->out, "Folder for table.txt, compare.json and report.html")
      ->type_name("DIR");
  command->add_flag(
      "--resume", options->resume,
      "Go on with a comparison of the same settings that was stopped, in whatever way, in the folder: "
      "rows that are done are not trained again, and the numbers are those of a whole one");
  add_json(*command, program,
           "what compare.json holds: task, summary, settings, layers, seeds, machine, verdict, interrupted, "
           "failures, groupings, and rows, each with its difference to the reference and its runs by seed");
  add_examples(*command, program,
               {"compare MODEL -o results", "compare MODEL --seeds 3 --layers 4,10 -o results"});
  command->callback([&program, options] {
    program.action = [&program, options] { return compare_model(program, *options); };
  });
}

}  // namespace unfurl::app
