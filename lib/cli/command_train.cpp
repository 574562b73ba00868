// train: one network, with checkpoints.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "cli/earlier_epochs.hpp"
#include "cli/other_level.hpp"
#include "cli/resumed_settings.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/interrupt.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/training_log.hpp"
#include "core/output/output_file.hpp"
#include "experiment/comparison/start_from.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "experiment/machine.hpp"
#include "report/table.hpp"
#include "train/history.hpp"
#include "unfurl/ranks.hpp"

namespace unfurl::app {

namespace {

struct TrainOptions {
  TypedSettings typed;
  std::filesystem::path out;
  bool resume = false;
  std::filesystem::path from;  ///< a run whose parameters to start from
  std::filesystem::path log;   ///< a line of JSON for every epoch
};

/// A training in its folder.
class Training {
 public:
  Training(const Program& program, const Task& task, const TrainOptions& options)
      : program_(program), task_(task), folder_(options.out), from_(options.from) {
    if (!options.resume) settings_ = settings_for(task, options.typed, Option::Scope::training);
    on_first(program.ranks, [&] { return open_folder(options.resume), ""; });
    if (options.resume) {
      const StoredRun run = load_run(folder_, program.ranks);
      settings_ = resumed_settings(task, options.typed, run);
      done_ = run.checkpoint.training.epoch;
      epochs_ = is_first() ? earlier_epochs(record_of(folder_), run.checkpoint.training)
                           : detail::history_of(run.checkpoint.training);
      if (is_first()) warn_of_other_level(record_of(folder_));
    }
    declaration_ = to_text(Declaration{task_.name(), settings_});
    on_first(program.ranks, [&] {
      const std::vector<std::filesystem::path> own = {checkpoint_of(folder_), record_of(folder_)};
      for (const auto& file : own) detail::check_can_write(file);
      if (!options.log.empty()) open_log(options.log, own);
      return "";
    });
  }

  int train() {
    const auto problem = task_.prepare(settings_);
    Network network = problem->network(settings_);
    network.threads(settings_.threads);
    if (settings_.recompute_every > 0) network.recompute_every(settings_.recompute_every);
    if (!from_.empty()) start_from_run(network);
    machine_ = to_json(this_machine(settings_.threads));
    out("{}: {}, {} layers, {}, {} trained\n", task_.name(), network.unrolled().made_by.algorithm,
        network.layers(), settings_.tying, counted(network.trained_count(), "parameter"));

    const bool interrupted = fit(*problem, network);
    if (!is_first()) return interrupted ? interrupted_status : 0;
    const std::vector<Metric> metrics = problem->evaluate(network);
    program_.json->object.update(write_record(network, &metrics, interrupted));
    program_.json->object["run"] = folder_.string();
    out("{}", to_text(metric_table(metrics)));
    if (!changes_.empty()) out("\n{}", to_text(change_table(changes_)));
    if (!interrupted && !epochs_.empty() && epochs_.back().epoch < settings_.epochs)
      out("Ended after epoch {}: {} in a row were not better\n", epochs_.back().epoch,
          counted(static_cast<std::size_t>(settings_.patience), "epoch"));
    if (!interrupted) {
      out("{}\n", folder_.string());
      return 0;
    }
    out("Stopped after epoch {} of {}; go on with: {} train {} --resume -o {}\n",
        epochs_.empty() ? 0 : epochs_.back().epoch, settings_.epochs, program_.name, task_.name(),
        folder_.string());
    return interrupted_status;
  }

 private:
  /// Whether this process writes and prints.
  bool is_first() const { return !program_.ranks || program_.ranks->rank() == 0; }

  /// Makes it and keeps it to this process.
  void open_folder(bool resume) {
    check_stored(resume);
    make_folder(folder_);
    lock_.emplace(folder_);
    check_stored(resume);  // another process may have been faster
  }

  /// Its file is none of the run's, and none that the training starts from.
  void open_log(const std::filesystem::path& file, std::vector<std::filesystem::path> others) {
    others.push_back(settings_.data);
    if (!from_.empty()) others.insert(others.end(), {from_, checkpoint_of(from_), record_of(from_)});
    log_.emplace(file, done_, others);
  }

  void check_stored(bool resume) const {
    const bool stored = std::filesystem::exists(checkpoint_of(folder_));
    if (stored && !resume)
      throw DataError("this folder holds a run already", folder_.string(),
                      "go on with it by --resume, or give another folder with -o");
    if (!stored && resume)
      throw DataError("there is no run to resume", folder_.string(),
                      "check the folder, or leave out --resume to start anew");
  }

  /// From what a run of this task learned, of any tying and number of layers.
  void start_from_run(Network& network) const {
    const StoredRun run = load_run(from_, program_.ranks);
    if (run.declaration.task != task_.name())
      throw DataError(
          fmt::format("the run to start from is of '{}', not of '{}'", run.declaration.task, task_.name()),
          run.file.string(), "give a run of the same model");
    start_from(network, run.checkpoint.parameters, run.declaration.settings.layers, run.file.string());
  }

  bool fit(const Problem& problem, Network& network) {
    Trainer trainer;
    trainer.loss = problem.loss().near_tied(settings_.near_tied).near_zero(settings_.l2);
    trainer.curriculum = settings_.curriculum;
    trainer.average = settings_.average;
    trainer.optimizer = problem.optimizer();
    if (!settings_.rate_schedule.empty())
      trainer.rate_schedule = RateSchedule::named(settings_.rate_schedule);
    trainer.patience = settings_.patience;
    trainer.slots = settings_.slots;
    trainer.ranks = std::shared_ptr<Ranks>(std::shared_ptr<void>(), program_.ranks);
    trainer.gradient_norms = log_.has_value();
    trainer.epochs = settings_.epochs;
    trainer.batch = problem.batch();
    trainer.seed = settings_.seed;
    if (settings_.memory > 0) trainer.memory = settings_.memory;
    trainer.validation = problem.validation();
    const std::filesystem::path checkpoint = checkpoint_of(folder_);
    trainer.checkpoint = checkpoint;
    trainer.resume = done_ > 0;
    trainer.declaration = declaration_;

    const Interrupt interrupt;
    Progress progress("", settings_.epochs, done_);
    bool told = false;
    trainer.on_batch = [&](int epoch, double share, double loss) {
      progress.batch(epoch, share, loss);
      if (interrupt.wanted() && !told)
        progress.note("Stopping after this epoch; Ctrl-C again stops at once.");
      told = interrupt.wanted();
    };
    trainer.on_epoch = [&](const EpochRecord& record) {
      progress.epoch(record);
      epochs_.push_back(record);
      if (log_) log_->write(record);
      // The checkpoint, written just before, has the same epochs. Records of long trainings come less often, since each
      // holds all epochs.
      if (is_first() && record.epoch % (1 + record.epoch / 1000) == 0)
        (void)write_record(network, nullptr, true);
      return !interrupt.wanted();
    };
    const History history = trainer.fit(network, problem.training());
    changes_ = history.changes;
    if (is_first() && !std::filesystem::exists(checkpoint))  // no epoch was wanted
      save(checkpoint, network, trainer.declaration);
    return history.interrupted && epochs_.back().epoch < settings_.epochs;
  }

  /// `metrics` is null until the end. Returns what was written.
  nlohmann::json write_record(const Network& network, const std::vector<Metric>* metrics,
                              bool interrupted) const {
    nlohmann::json j = {{"task", task_.name()},
                        {"settings", to_json(settings_)},
                        {"parameters_trained", network.trained_count()},
                        {"machine", machine_},
                        {"command", program_.command_line},
                        {"processes", program_.ranks ? program_.ranks->size() : 1},
                        {"interrupted", interrupted},
                        {"metrics", nlohmann::json::array()},
                        {"history", nlohmann::json::array()},
                        {"changes", nlohmann::json::array()}};
    double seconds = 0;
    for (const EpochRecord& r : epochs_) {
      j["history"].push_back(to_json(r));
      if (std::isfinite(r.seconds)) seconds += r.seconds;
    }
    j["seconds"] = seconds;
    for (const ParameterChange& c : changes_) j["changes"].push_back(to_json(c));
    if (metrics)
      for (const Metric& m : *metrics) j["metrics"].push_back(to_json(m));
    write_json(record_of(folder_), j);
    return j;
  }

  const Program& program_;
  const Task& task_;
  std::filesystem::path folder_, from_;
  std::optional<FolderLock> lock_;
  Settings settings_;
  std::string declaration_;
  nlohmann::json machine_;
  int done_ = 0;  ///< epochs of the run that is resumed
  std::optional<TrainingLog> log_;
  std::vector<EpochRecord> epochs_;       ///< from the first one, over all sessions
  std::vector<ParameterChange> changes_;  ///< likewise
};

}  // namespace

void add_train(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("train", "Train a network and keep it in a folder");
  const auto options = std::make_shared<TrainOptions>();
  add_model(*command, options->typed);
  add_network(*command, options->typed);
  add_data(*command, options->typed);
  add_epochs(*command, options->typed);
  add_curriculum(*command, options->typed);
  add_priors(*command, options->typed);
  add_rates(*command, options->typed);
  add_seed(*command, options->typed);
  add_recompute(*command, options->typed);
  add_threads(*command, options->typed);
  add_slots(*command, options->typed);
  command->add_flag(
      "--resume", options->resume,
      "Go on with the run in the folder, to the bits of a whole one (unless --epochs changes, which "
      "rates may follow); settings come from there");
  command
      ->add_option(
          "--from", options->from,
          "Start from what this run learned, of any tying and number of layers: a layer from that as far "
          "through the network")
      ->excludes("--resume")
      ->type_name("RUN");
  command
      ->add_option("--log", options->log,
                   "Write a line of JSON for every epoch as it ends: losses, learning rate, norm of the "
                   "gradient, seconds")
      ->type_name("FILE");
  command->add_option("-o,--output", options->out, "Folder for checkpoint.unfurl and run.json")
      ->required()
      ->type_name("RUN");
  add_json(*command, program,
           "what run.json holds (task, settings, parameters_trained, machine, interrupted, metrics, history, "
           "changes, seconds), and run");
  add_examples(*command, program,
               {"train MODEL -o runs/first", "train MODEL --layers 5 --tying tied --seed 2 -o runs/tied",
                "train MODEL --from runs/tied --near-tied 0.001 -o runs/untied",
                "train MODEL --resume --epochs 50 -o runs/first"});
  command->callback([&program, options] {
    program.action = [&program, options] {
      const Task& task = find_task(program.tasks, options->typed.model);
      return Training(program, task, *options).train();
    };
  });
}

}  // namespace unfurl::app
