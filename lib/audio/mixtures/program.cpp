#include "program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "unfurl/error.hpp"

namespace unfurl::audio::detail {
namespace {

using unfurl::detail::cat;

std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

void run_program(const std::vector<std::string>& words, const std::string& package,
                 const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));  // never written to
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int failure = posix_spawnp(&child, words[0].c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failure == ENOENT)
    throw DataError(cat("the program '", words[0], "' is not installed"), {},
                    cat("apt-get install ", package));
  if (failure != 0) throw DataError(cat("cannot start '", words[0], "': ", std::strerror(failure)));

  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  std::string command;
  for (const std::string& word : words) command += (command.empty() ? "" : " ") + word;
  throw DataError(cat("'", words[0], "' failed: ", contents(log)), cat("the command ", command),
                  cat("run it by hand; apt-get install --reinstall ", package, " if it does not work"));
}

}  // namespace unfurl::audio::detail
