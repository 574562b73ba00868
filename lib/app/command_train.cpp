// train: one network, with checkpoints.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/interrupt.hpp"
#include "app/machine.hpp"
#include "app/output_folder.hpp"
#include "app/progress.hpp"
#include "app/run_folder.hpp"
#include "app/table.hpp"

namespace unfurl::app {

namespace {

struct Options {
  TypedSettings typed;
  std::filesystem::path out;
  bool resume = false;
};

/// Refuses a value typed now that differs from the run's.
template <class T>
void keep(const char* option, bool typed, const T& now, const T& before, const std::filesystem::path& run) {
  if (typed && now != before)
    throw DataError(fmt::format("the run was started with {} {}, not {}", option, before, now), run.string(),
                    "resume with the same settings, or start anew in another folder");
}

/// The settings of the stored run; only epochs, data and threads may be given anew.
Settings resumed_settings(const Task& task, const TypedSettings& typed, const StoredRun& run) {
  Settings settings = run.declaration.settings;
  const Settings& now = typed.settings;
  keep("MODEL", true, task.name(), run.declaration.task, run.file);
  keep("--algorithm", !now.algorithm.empty(), now.algorithm, settings.algorithm, run.file);
  keep("--layers", now.layers >= 0, now.layers, settings.layers, run.file);
  keep("--tying", !now.tying.empty(), now.tying, settings.tying, run.file);
  keep("--seed", typed.seed.has_value(), typed.seed.value_or(0), settings.seed, run.file);
  keep("--curriculum", now.curriculum != 1, now.curriculum, settings.curriculum, run.file);
  keep("--average", now.average >= 0, now.average, settings.average, run.file);
  keep("--near-tied", now.near_tied != 0, now.near_tied, settings.near_tied, run.file);
  for (const auto& [name, value] : now.options)
    keep(("--set " + name).c_str(), true, value, settings.options[name], run.file);
  if (now.epochs >= 0) settings.epochs = now.epochs;
  if (!now.data.empty()) settings.data = now.data;
  settings.threads = now.threads;
  check_data_exists(settings);
  return settings;
}

/// The epochs in run.json up to where the checkpoint is.
std::vector<EpochRecord> earlier_epochs(const std::filesystem::path& run, int done) {
  std::vector<EpochRecord> epochs;
  if (!std::filesystem::exists(record_of(run))) return epochs;
  const nlohmann::json j = read_json(record_of(run));
  try {
    for (const auto& epoch : j.at("history")) epochs.push_back(epoch_from_json(epoch));
  } catch (const nlohmann::json::exception&) {
    throw DataError("the file is not the record of a training run", record_of(run).string(),
                    "delete it, or start anew in another folder");
  }
  std::erase_if(epochs, [&](const EpochRecord& r) { return r.epoch > done; });
  return epochs;
}

/// A training in its folder.
class Training {
 public:
  Training(const Program& program, const Task& task, const Options& options)
      : program_(program), task_(task), folder_(options.out) {
    const bool stored = std::filesystem::exists(checkpoint_of(folder_));
    if (stored && !options.resume)
      throw DataError("this folder holds a run already", folder_.string(),
                      "go on with it by --resume, or give another folder with -o");
    if (stored) {
      const StoredRun run = load_run(folder_);
      settings_ = resumed_settings(task, options.typed, run);
      done_ = run.checkpoint.training.epoch;
      epochs_ = earlier_epochs(folder_, done_);
    } else {
      settings_ = settings_for(task, options.typed);
    }
    make_folder(folder_);
  }

  int train() {
    const auto problem = task_.prepare(settings_);
    Network network = problem->network(settings_);
    network.threads(settings_.threads);
    out("{}: {}, {} layers, {}, {} trained\n", task_.name(), network.unrolled().algorithm, network.layers(),
        settings_.tying, counted(network.trained_count(), "parameter"));

    const bool interrupted = fit(*problem, network);
    const std::vector<Metric> metrics = problem->evaluate(network);
    write_record(network, metrics, interrupted);
    out("{}", to_text(metric_table(metrics)));
    if (!changes_.empty()) out("\n{}", to_text(change_table(changes_)));
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
  bool fit(const Problem& problem, Network& network) {
    Trainer trainer;
    trainer.loss = problem.loss().near_tied(settings_.near_tied);
    trainer.curriculum = settings_.curriculum;
    trainer.average = settings_.average;
    trainer.optimizer = problem.optimizer();
    trainer.epochs = settings_.epochs;
    trainer.batch = problem.batch();
    trainer.seed = settings_.seed;
    trainer.validation = problem.validation();
    trainer.checkpoint = checkpoint_of(folder_);
    trainer.resume = done_ > 0;
    trainer.declaration = to_text(Declaration{task_.name(), settings_});

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
      return !interrupt.wanted();
    };
    const History history = trainer.fit(network, problem.training());
    changes_ = history.changes;
    if (!std::filesystem::exists(trainer.checkpoint))  // no epoch was wanted
      save(trainer.checkpoint, {trainer.declaration, network.parameters(), {}});
    return history.interrupted && epochs_.back().epoch < settings_.epochs;
  }

  void write_record(const Network& network, const std::vector<Metric>& metrics, bool interrupted) const {
    nlohmann::json j = {{"task", task_.name()},
                        {"settings", to_json(settings_)},
                        {"parameters_trained", network.trained_count()},
                        {"machine", to_json(this_machine(settings_.threads))},
                        {"command", program_.command_line},
                        {"interrupted", interrupted},
                        {"metrics", nlohmann::json::array()},
                        {"history", nlohmann::json::array()},
                        {"changes", nlohmann::json::array()}};
    double seconds = 0;
    for (const EpochRecord& r : epochs_) {
      j["history"].push_back(to_json(r));
      seconds += r.seconds;
    }
    j["seconds"] = seconds;
    for (const ParameterChange& c : changes_) j["changes"].push_back(to_json(c));
    for (const Metric& m : metrics) j["metrics"].push_back(to_json(m));
    write_json(record_of(folder_), j);
  }

  const Program& program_;
  const Task& task_;
  std::filesystem::path folder_;
  Settings settings_;
  int done_ = 0;                          ///< epochs of the run that is resumed
  std::vector<EpochRecord> epochs_;       ///< from the first one, over all sessions
  std::vector<ParameterChange> changes_;  ///< likewise
};

}  // namespace

void add_train(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("train", "Train a network and keep it in a folder");
  const auto options = std::make_shared<Options>();
  add_model(*command, options->typed);
  add_network(*command, options->typed);
  add_data(*command, options->typed);
  add_epochs(*command, options->typed);
  add_stages(*command, options->typed);
  add_seed(*command, options->typed);
  add_threads(*command, options->typed);
  command->add_flag("--resume", options->resume,
                    "Go on with the run in the folder, to the same bits; settings come from there");
  command->add_option("-o,--output", options->out, "Folder for checkpoint.unfurl and run.json")
      ->required()
      ->type_name("RUN");
  add_examples(*command, program,
               {"train MODEL -o runs/first", "train MODEL --layers 5 --tying tied --seed 2 -o runs/tied",
                "train MODEL --resume --epochs 50 -o runs/first"});
  command->callback([&program, options] {
    program.action = [&program, options] {
      const Task& task = find_task(program.tasks, options->typed.model);
      return Training(program, task, *options).train();
    };
  });
}

}  // namespace unfurl::app
