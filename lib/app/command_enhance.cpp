// enhance: a sound file through a trained network.
#include <fmt/format.h>

#include <cmath>

#include "app/command.hpp"
#include "app/run_folder.hpp"
#include "app/table.hpp"
#include "unfurl/audio.hpp"

namespace unfurl::app {

namespace {

struct Options {
  std::filesystem::path run, in, out;
  TypedSettings typed;
};

/// Enhances one channel at the rate that the task wants; keeps the channel's own rate and length.
std::vector<float> enhance_channel(const Task& task, const Network& network,
                                   const std::vector<float>& channel, int rate) {
  const audio::Signal fit = audio::resample({channel, rate}, task.audio_rate());
  audio::Signal enhanced{task.enhance(network, fit.samples), task.audio_rate()};
  std::vector<float> samples = audio::resample(enhanced, rate).samples;
  samples.resize(channel.size());  // resampling twice may round to one sample more or less
  return samples;
}

int enhance(const Program& program, const Options& options) {
  const StoredRun run = load_run(options.run);
  const Task& task = find_task(program.tasks, run.declaration.task);
  if (!task.enhances_audio())
    throw ModelError(fmt::format("'{}' does not enhance audio", task.name()), run.file.string(),
                     "use a run of a model for audio");
  audio::Recording recording = audio::read_all_channels(options.in);

  Network network = sketch_network(task, run.declaration.settings);
  network.threads(options.typed.settings.threads);
  assign_from(run, network);
  for (auto& channel : recording.channels) channel = enhance_channel(task, network, channel, recording.rate);

  if (options.out.has_parent_path()) make_folder(options.out.parent_path());
  const audio::WriteReport report = audio::write(options.out, recording);
  const double seconds =
      static_cast<double>(recording.channels.front().size()) / static_cast<double>(recording.rate);
  fmt::print("{}: {} of sound, {}, {} Hz{}\n", options.out.string(), duration(seconds),
             counted(recording.channels.size(), "channel"), recording.rate,
             report.gain < 1 ? fmt::format(", scaled by {:.3f} so that nothing clips", report.gain) : "");
  return 0;
}

}  // namespace

void add_enhance(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "enhance", "Enhance a sound file with a trained network; any rate and number of channels");
  const auto options = std::make_shared<Options>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  command->add_option("IN", options->in, "Sound file: WAV, FLAC, Ogg, ...")->required()->type_name("");
  command->add_option("OUT", options->out, "File to write; .wav or .flac")->required()->type_name("");
  add_threads(*command, options->typed);
  add_examples(*command, program, {"enhance runs/deep_nmf noisy.wav clean.wav"});
  command->callback(
      [&program, options] { program.action = [&program, options] { return enhance(program, *options); }; });
}

}  // namespace unfurl::app
