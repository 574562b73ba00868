#include "cli/terminal/console.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/output/output_place.hpp"
#include "unfurl/error.hpp"

namespace unfurl::app {

namespace {

/// errno of the first result that was lost, as a stream's error flag: there is one standard output.
std::atomic<int> lost = 0;
std::atomic<bool> hushed = false;

/// Whether results are for nobody: as the stream, the wish is the whole program's.
std::atomic<bool> silent = false;

/// Unlike SIG_IGN it is not handed on to programs that are started.
extern "C" void let_the_write_fail(int /*signal*/) {}

void fail_instead(int signal, struct sigaction& before) {
  struct sigaction action {};
  action.sa_handler = let_the_write_fail;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, &before);
}

/// A folder opened for reading: like a closed descriptor it can be neither read nor written.
void occupy(int number) {
  if (fcntl(number, F_GETFD) == -1 && errno == EBADF) open("/", O_RDONLY | O_DIRECTORY);
}

}  // namespace

void print_result(std::string_view text) {
  if (hushed) return;
  std::fflush(stdout);
  if (silent || lost != 0) return;
  if (const int error = detail::write_all(fileno(stdout), text); error != 0) lost = error;
}

void print_note(std::string_view text, std::FILE* stream) {
  if (hushed) return;
  std::fflush(stream);
  (void)detail::write_all(fileno(stream), text);
}

Silence::Silence(bool wanted) { silent = wanted; }

Silence::~Silence() { silent = false; }

Console::Console() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) occupy(number);
  fail_instead(SIGPIPE, before_pipe_);
  fail_instead(SIGXFSZ, before_size_);
  lost = 0;
  hushed = false;
}

Console::~Console() {
  sigaction(SIGPIPE, &before_pipe_, nullptr);
  sigaction(SIGXFSZ, &before_size_, nullptr);
}

void Console::hush() { hushed = true; }
void Console::speak() { hushed = false; }

int Console::finish(int status) const {
  const int error = lost;
  if (error == 0) return status;
  if (error == EPIPE) return status != 0 ? status : closed_pipe_status;
  const Error told(detail::cat("the results cannot be printed: ", std::strerror(error)), "standard output",
                   "send standard output to a file on a disk with room, or to a program that reads it");
  note("{}\n", told.what());
  return status != 0 ? status : 2;
}

}  // namespace unfurl::app
