/// Tasks whose networks enhance sound, for the command `enhance`.
#pragma once

#include <memory>

#include "unfurl/audio_stream.hpp"
#include "unfurl/experiment.hpp"

namespace unfurl {

class AudioTask : public Task {
 public:
  /// Enhances one channel at rate(); it keeps what it needs of the network.
  virtual std::unique_ptr<audio::Enhancer> enhancer(const Network& network,
                                                    const Settings& settings) const = 0;
  virtual int rate() const { return 16000; }  ///< samples a second that the enhancer wants
};

}  // namespace unfurl
