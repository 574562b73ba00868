#include "cli/terminal/interrupt.hpp"

#include <csignal>

namespace unfurl::app {

namespace {

volatile std::sig_atomic_t stop_wanted = 0;

extern "C" void want_stop(int signal) {
  stop_wanted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

Interrupt::Interrupt() {
  stop_wanted = 0;
  before_interrupt_ = std::signal(SIGINT, want_stop);
  before_terminate_ = std::signal(SIGTERM, want_stop);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, before_interrupt_);
  std::signal(SIGTERM, before_terminate_);
}

bool Interrupt::wanted() const { return stop_wanted != 0; }

}  // namespace unfurl::app
