// enhance: a sound file through a trained network, block by block.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/progress.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "report/table.hpp"
#include "unfurl/audio_stream.hpp"
#include "unfurl/audio_task.hpp"

namespace unfurl::app {

namespace {

using Clock = std::chrono::steady_clock;
using Block = std::vector<std::vector<float>>;  // per channel

struct EnhanceOptions {
  std::filesystem::path run, in, out;
  TypedSettings typed;
  bool stream = false;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The channels of a file, each with an enhancer of its own.
class Channels {
 public:
  Channels(const AudioTask& task, const Network& network, const Settings& settings, int count, int rate)
      : ready_(at(count)) {
    for (int c = 0; c < count; ++c)
      enhancers_.push_back(
          std::make_unique<audio::ResampledEnhancer>(task.enhancer(network, settings), task.rate(), rate));
  }

  const audio::Enhancer& first() const { return *enhancers_.front(); }

  /// What is finished in all channels once the next block is known.
  Block push(const Block& block) {
    for (std::size_t c = 0; c < ready_.size(); ++c) append(c, enhancers_[c]->push(block[c]));
    return take();
  }
  Block finish() {
    for (std::size_t c = 0; c < ready_.size(); ++c) append(c, enhancers_[c]->finish());
    return take();
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  void append(std::size_t c, const std::vector<float>& more) {
    ready_[c].insert(ready_[c].end(), more.begin(), more.end());
  }
  /// Enhancers may finish at different paces.
  Block take() {
    std::size_t common = ready_.front().size();
    for (const auto& channel : ready_) common = std::min(common, channel.size());
    Block block;
    for (auto& channel : ready_) {
      const auto end = channel.begin() + static_cast<std::ptrdiff_t>(common);
      block.emplace_back(channel.begin(), end);
      channel.erase(channel.begin(), end);
    }
    return block;
  }

  std::vector<std::unique_ptr<audio::Enhancer>> enhancers_;
  Block ready_;
};

/// How long the work on one block took.
struct Pace {
  std::size_t blocks = 0;
  double total = 0, longest = 0;  ///< seconds
  void add(double seconds) {
    ++blocks;
    total += seconds;
    longest = std::max(longest, seconds);
  }
};

int enhance(const Program& program, const EnhanceOptions& options) {
  const StoredRun run = load_run(options.run);
  const auto* sounding = dynamic_cast<const AudioTask*>(&task_of(program.tasks, run));
  if (!sounding)
    throw ModelError(fmt::format("'{}' does not enhance audio", run.declaration.task), run.file.string(),
                     "use a run of a model for audio");
  const AudioTask& task = *sounding;
  audio::Reader reader(options.in);
  if (!reader.warning().empty()) note("unfurl: warning: {}\n", reader.warning());
  const int rate = reader.rate();
  const Settings settings = settings_of(task, run);
  Network network = task.sketch_network(settings);
  network.threads(options.typed.settings.threads.value_or(0));
  assign_from(run, network);
  Channels channels(task, network, settings, reader.channels(), rate);
  const int hop = channels.first().hop();

  if (options.out.has_parent_path()) make_folder(options.out.parent_path());
  audio::Writer writer(options.out, rate, reader.channels(), reader.speakers());
  Progress progress(options.in.filename().string() + " ", 1);
  const auto begin = Clock::now();
  std::int64_t length = 0;
  Pace pace;
  // A block of many frames keeps the threads busy; of one, it is finished soonest.
  for (const std::size_t most = static_cast<std::size_t>(hop) * (options.stream ? 1 : 128);;) {
    const Block block = reader.read(most);
    if (block.front().empty()) break;
    length += std::ssize(block.front());
    const auto before = Clock::now();
    const Block enhanced = channels.push(block);
    pace.add(seconds_since(before));
    writer.write(enhanced);
    progress.work(static_cast<double>(length) / static_cast<double>(std::max(length, reader.length())),
                  fmt::format("{} of {}", duration(static_cast<double>(length) / rate),
                              duration(static_cast<double>(reader.length()) / rate)));
  }
  writer.write(channels.finish());
  const audio::WriteReport report = writer.finish();

  const double seconds = static_cast<double>(length) / rate, taken = seconds_since(begin);
  nlohmann::json& json = program.json->object;
  json.update({{"file", options.out.string()},
               {"sound_seconds", seconds},
               {"seconds", taken},
               {"channels", reader.channels()},
               {"rate", rate},
               {"gain", report.gain}});
  out("{}: {} of sound, {}, {} Hz, {:.3g} times faster than real time{}\n", options.out.string(),
      duration(seconds), counted(static_cast<std::size_t>(reader.channels()), "channel"), rate,
      seconds / taken,
      report.gain < 1 ? fmt::format(", scaled by {:.3f} so that nothing clips", report.gain) : "");
  if (options.stream) {
    const auto milliseconds = [](double samples, int per_second) { return 1e3 * samples / per_second; };
    const double window = milliseconds(task.enhancer(network, settings)->latency(), task.rate());
    const double all = milliseconds(channels.first().latency(), rate);
    json.update({{"latency_ms", all},
                 {"latency_of_resampling_ms", all - window},
                 {"frame_ms", milliseconds(hop, rate)},
                 {"mean_work_ms", 1e3 * pace.total / static_cast<double>(pace.blocks)},
                 {"longest_work_ms", 1e3 * pace.longest}});
    out("latency {:.1f} ms: {:.1f} ms for window and look-ahead, {:.1f} ms for resampling; "
        "and up to {:.3g} ms until a block is full\n"
        "{:.3f} ms for a frame of {:.3g} ms, at most {:.3f} ms\n",
        all, window, all - window, milliseconds(hop, rate),
        1e3 * pace.total / static_cast<double>(pace.blocks), milliseconds(hop, rate), 1e3 * pace.longest);
  }
  return 0;
}

}  // namespace

void add_enhance(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "enhance", "Enhance a sound file of any rate, length and number of channels with a trained network");
  const auto options = std::make_shared<EnhanceOptions>();
  command->add_option("RUN", options->run, "Folder of a training run")->required()->type_name("");
  command->add_option("IN", options->in, "Sound file: WAV, FLAC, Ogg, ...")->required()->type_name("");
  command->add_option("OUT", options->out, "File to write; .wav or .flac")->required()->type_name("");
  command->add_flag(
      "--stream", options->stream,
      "One frame at a time, as live sound comes: the same bits; prints latency and time per frame");
  add_threads(*command, options->typed);
  add_json(*command, program,
           "file, sound_seconds, seconds, channels, rate, gain; with --stream, in milliseconds, latency_ms, "
           "latency_of_resampling_ms, frame_ms, mean_work_ms and longest_work_ms");
  add_examples(*command, program,
               {"enhance runs/deep_nmf noisy.wav clean.wav",
                "enhance runs/deep_nmf noisy.flac clean.flac --stream --threads 1"});
  command->callback(
      [&program, options] { program.action = [&program, options] { return enhance(program, *options); }; });
}

}  // namespace unfurl::app
