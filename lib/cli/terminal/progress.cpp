#include "cli/terminal/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "cli/terminal/console.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

constexpr int bar_width = 24;

std::string bar(double share) {
  const int eighths = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * bar_width * 8));
  static const char* const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  text += parts[eighths % 8];
  for (int i = (eighths + 7) / 8; i < bar_width; ++i) text += " ";
  return "▕" + text + "▏";
}

std::string clock(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

Progress::Progress(std::string label, int epochs, int first_epoch, std::FILE* out)
    : label_(std::move(label)),
      epochs_(epochs),
      first_epoch_(first_epoch),
      out_(out),
      terminal_(isatty(fileno(out)) == 1),
      started_(Clock::now()) {}

Progress::~Progress() {
  if (line_open_) print_note("\n", out_);
}

double Progress::seconds_left(double done) const {
  const double passed = std::chrono::duration<double>(Clock::now() - started_).count();
  const double since = done - first_epoch_;
  return since > 0 ? passed / since * (epochs_ - done) : 0;
}

void Progress::batch(int epoch, double share, double loss) {
  if (!terminal_ || Clock::now() - shown_ < std::chrono::milliseconds(100)) return;
  show(fmt::format("epoch {}/{}  loss {:.4g}{}", epoch, epochs_, loss, validation_), epoch - 1 + share);
}

void Progress::epoch(const EpochRecord& record) {
  if (record.validation) validation_ = fmt::format("  validation {:.4g}", *record.validation);
  const bool last = record.epoch == epochs_;
  if (!terminal_ && !last && Clock::now() - shown_ < std::chrono::seconds(1)) return;
  show(fmt::format("epoch {}/{}  loss {:.4g}{}", record.epoch, epochs_, record.loss, validation_),
       record.epoch);
}

void Progress::work(double share, const std::string& text) {
  const auto now = Clock::now();
  if (!terminal_ || now - started_ < std::chrono::milliseconds(500) ||
      now - shown_ < std::chrono::milliseconds(100))
    return;
  show(text, share * epochs_);
}

void Progress::show(const std::string& tail, double done) {
  shown_ = Clock::now();
  const double left = seconds_left(done);
  if (!terminal_) {
    print_note(fmt::format("{}{}{}\n", label_, tail, done < epochs_ ? "  ETA " + clock(left) : ""), out_);
    return;
  }
  const std::string time = done < epochs_
                               ? "ETA " + clock(left)
                               : duration(std::chrono::duration<double>(Clock::now() - started_).count());
  std::string line = fmt::format("{}{} {}  {}", label_, bar(done / std::max(1, epochs_)), time, tail);
  // Cut at the edge: a line that wraps could not be rewritten.
  const std::size_t columns = terminal_columns(out_);
  while (width(line) >= columns) line.pop_back();
  print_note(fmt::format("\r{}\x1b[K", line), out_);
  line_open_ = true;
}

void Progress::note(const std::string& text) {
  print_note(fmt::format("{}{}\n", line_open_ ? "\n" : "", text), out_);
  line_open_ = false;
}

}  // namespace unfurl::app
