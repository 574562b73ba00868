/// Ctrl-C as a wish to stop at the next good moment.
#pragma once

namespace unfurl::app {

inline constexpr int interrupted_status = 130;  ///< what shells give for a program stopped by Ctrl-C

/// While one of these lives, the first Ctrl-C (or SIGTERM) only sets a flag; the second ends the program at once.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool wanted() const;

 private:
  void (*before_interrupt_)(int);
  void (*before_terminate_)(int);
};

}  // namespace unfurl::app
