/// How far a training is, for whoever waits for it.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "unfurl/train.hpp"

namespace unfurl::app {

/// On a terminal one line with a bar and the time left, rewritten in place; elsewhere plain lines, at most one a second
/// besides the last. A stream that cannot be written is not an error.
class Progress {
 public:
  /// `label` comes first in every line; `first_epoch` epochs of `epochs` are done already.
  Progress(std::string label, int epochs, int first_epoch = 0, std::FILE* out = stderr);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Leaves the last line as it is and begins a new one.
  ~Progress();

  void batch(int epoch, double share, double loss);
  void epoch(const EpochRecord& record);
  /// Other work, of which a share is done: on a terminal alone, once it has taken half a second.
  void work(double share, const std::string& text);
  /// A message that stays.
  void note(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  void show(const std::string& tail, double done);
  double seconds_left(double done) const;

  std::string label_;
  int epochs_, first_epoch_;
  std::FILE* out_;
  bool terminal_;
  bool line_open_ = false;
  std::string validation_;  ///< as last known
  Clock::time_point started_, shown_;
};

}  // namespace unfurl::app
